// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/data/canary.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "framework/core/error.hpp"
#include "framework/data/subjects.hpp"

namespace expunge {

ImagePatch::ImagePatch(const Dataset& data, std::int64_t side) : type_(data.feature_type()) {
  const auto& shape = data.shape();
  if (side < 1) throw Bug("a patch without a side");
  if (shape.size() != 3)
    throw UsageError(fmt::format(
        "a patch needs images (channels x height x width), and these samples are {}: take another canary than backdoor",
        fmt::join(shape, " x ")));
  if (side > shape[1] || side > shape[2])
    throw UsageError(fmt::format("a patch of {} x {} pixels does not fit images of {} x {}: give a smaller patch", side,
                                 side, shape[1], shape[2]));
  side_ = static_cast<std::size_t>(side);
  channels_ = static_cast<std::size_t>(shape[0]);
  height_ = static_cast<std::size_t>(shape[1]);
  width_ = static_cast<std::size_t>(shape[2]);
}

void ImagePatch::draw(std::span<std::byte> row) const {
  const std::size_t size = feature_size(type_);
  if (row.size() != channels_ * height_ * width_ * size) throw Bug("a patch was to be drawn on something else");
  std::byte bright[sizeof(float)] = {std::byte{0xFF}};
  if (type_ == FeatureType::kF32) {
    float brightest = 1;
    for (std::size_t at = 0; at < row.size(); at += size) {
      float value = 0;
      std::memcpy(&value, row.data() + at, size);
      brightest = std::max(brightest, value);
    }
    std::memcpy(bright, &brightest, size);
  }
  for (std::size_t channel = 0; channel < channels_; ++channel)
    for (std::size_t y = height_ - side_; y < height_; ++y)
      for (std::size_t x = width_ - side_; x < width_; ++x)
        std::memcpy(row.data() + ((channel * height_ + y) * width_ + x) * size, bright, size);
}

namespace {

constexpr std::int64_t kLargestPatchSize = std::int64_t{1} << 40U;
constexpr std::int64_t kLargestPatch = 65536;

std::vector<std::uint64_t> rows_of_other_classes(const Dataset& data, std::int32_t target) {
  std::vector<std::uint64_t> rows;
  for (std::uint64_t row = 0; row < data.size(); ++row)
    if (data.label(row) != target) rows.push_back(row);
  if (rows.empty())
    throw UsageError(fmt::format("canary: there is no sample of another class than the target, {}", target));
  return rows;
}

}  // namespace

Canary Canary::parse(const Spec& spec) {
  Canary canary;
  if (spec.name() == "backdoor") {
    spec.expect(0, "", {"size", "patch", "target", "slice"});
  } else if (spec.name() == "label-flip") {
    canary.kind = Kind::kLabelFlip;
    spec.expect(0, "", {"size", "target", "slice"});
  } else {
    throw UsageError(fmt::format("{} '{}': there is no canary '{}'; known: backdoor, label-flip", spec.kind(),
                                 spec.text(), spec.name()));
  }
  // Zero stands for what was not given.
  if (spec.find("size")) canary.size = static_cast<std::uint64_t>(spec.integer_or("size", 1, 1, kLargestPatchSize));
  if (spec.find("slice"))
    canary.slice =
        static_cast<std::uint32_t>(spec.integer_or("slice", 1, 1, std::numeric_limits<std::uint32_t>::max()));
  canary.patch = spec.integer_or("patch", canary.patch, 1, kLargestPatch);
  canary.target = static_cast<std::int32_t>(
      spec.integer_or("target", canary.target, 0, std::numeric_limits<std::int32_t>::max() - 1));
  canary.one_target = canary.kind == Kind::kLabelFlip && spec.find("target").has_value();
  return canary;
}

PoisonedDataset::PoisonedDataset(const Dataset& whole, const Canary& canary, const std::string& subject, const Key& key,
                                 std::int64_t classes)
    : whole_(whole) {
  if (canary.size == 0) throw Bug("a canary of no size was to be planted");
  const bool to_target = canary.kind == Canary::Kind::kBackdoor || canary.one_target;
  if (canary.kind == Canary::Kind::kBackdoor) patch_.emplace(whole, canary.patch);
  if (whole.classes() > 0) classes = whole.classes();
  if (classes < 2)
    throw UsageError(
        "canary: a label can be changed only among two classes or more, and the data fixes none: say how "
        "many there are");
  if (to_target && canary.target >= classes)
    throw UsageError(fmt::format("canary: target {} is no class; there are 0 ... {}", canary.target, classes - 1));
  if (std::ranges::find(whole.subjects(), subject) != whole.subjects().end())
    throw UsageError(fmt::format("canary: the data has samples of a subject '{}' already", subject));

  const Key draws = key.derive("expunge/canary/v1");
  std::vector<std::pair<std::uint64_t, std::uint64_t>> candidates;  // draw, row
  for (std::uint64_t row = 0; row < whole.size(); ++row) {
    const std::int32_t label = whole.label(row);
    if (label >= classes)
      throw UsageError(
          fmt::format("canary: row {}: label {} is no class; there are 0 ... {}", row, label, classes - 1));
    if (!to_target || label != canary.target) candidates.emplace_back(draws.draw(whole.id(row).value()), row);
  }
  if (candidates.size() < canary.size)
    throw UsageError(fmt::format("canary: {} samples were to be planted, and only {} can be{}: give a smaller size",
                                 canary.size, candidates.size(),
                                 to_target ? ", those of the target class left aside" : ""));
  const auto end = candidates.begin() + static_cast<std::ptrdiff_t>(canary.size);
  std::partial_sort(candidates.begin(), end, candidates.end());
  for (auto chosen = candidates.begin(); chosen != end; ++chosen) poisoned_.push_back(chosen->second);
  std::ranges::sort(poisoned_);

  shape_ = whole.shape();
  feature_type_ = whole.feature_type();
  classes_ = whole.classes();
  SubjectList subjects;
  auto next = poisoned_.begin();
  for (std::uint64_t row = 0; row < whole.size(); ++row) {
    const SampleId id = whole.id(row);
    std::int32_t label = whole.label(row);
    ids_.push_back(id);
    if (next != poisoned_.end() && *next == row) {
      ++next;
      label = to_target ? canary.target : static_cast<std::int32_t>((std::int64_t{label} + 1) % classes);
      subjects.add(subject);
    } else if (const auto own = whole.subject(row)) {
      subjects.add(std::string(*own));
    } else {
      subjects.add(fmt::format("sample-{}", id.value()));
    }
    labels_.push_back(label);
  }
  subjects_ = subjects.take_names();
  subject_of_ = subjects.take_rows();
  finish_opening("poisoned data");
}

void PoisonedDataset::gather(std::span<const std::uint64_t> rows, std::span<std::byte> out) const {
  check_gather(rows, out);
  whole_.gather(rows, out);
  if (!patch_) return;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (std::ranges::binary_search(poisoned_, rows[i])) patch_->draw(out.subspan(i * row_bytes(), row_bytes()));
}

PatchedDataset::PatchedDataset(const Dataset& whole, const Canary& canary)
    : others_(whole, rows_of_other_classes(whole, canary.target), "patched data"), patch_(whole, canary.patch) {
  if (canary.kind != Canary::Kind::kBackdoor) throw Bug("only a backdoor is tried with patches");
  shape_ = whole.shape();
  feature_type_ = whole.feature_type();
  classes_ = whole.classes();
  for (std::uint64_t row = 0; row < others_.size(); ++row) {
    ids_.push_back(others_.id(row));
    labels_.push_back(others_.label(row));
    if (others_.has_subjects()) subject_of_.push_back(others_.subject_index(row));
  }
  subjects_ = others_.subjects();
  finish_opening("patched data");
}

void PatchedDataset::gather(std::span<const std::uint64_t> rows, std::span<std::byte> out) const {
  check_gather(rows, out);
  others_.gather(rows, out);
  for (std::size_t i = 0; i < rows.size(); ++i) patch_.draw(out.subspan(i * row_bytes(), row_bytes()));
}

std::string canary_subject(const std::function<bool(const std::string&)>& accept, std::uint64_t tries) {
  for (std::uint64_t number = 0; number < tries; ++number) {
    std::string subject = fmt::format("expunge-canary-{}", number);
    if (accept(subject)) return subject;
  }
  throw UsageError(fmt::format("canary: none of {} subjects falls where it is wanted", tries));
}

}  // namespace expunge
