// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/data/dataset.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "framework/config/registry.hpp"
#include "framework/core/error.hpp"
#include "framework/data/digits.hpp"
#include "framework/data/format.hpp"
#include "framework/data/hdf5_dataset.hpp"
#include "framework/data/idx.hpp"
#include "framework/data/subjects.hpp"

namespace expunge {

namespace {

constexpr std::size_t kBlockBytes = std::size_t{4} << 20U;

constexpr DataFormat kDigitsFormat{"digits", "digits:N,seed=K,writers=W", open_digits};
constexpr DataFormat kIdxFormat{"idx", "idx:IMAGES,LABELS", open_idx, true};
constexpr DataFormat kHdf5Format{"hdf5", "hdf5:FILE", open_hdf5, true};

/// A format joins with its name here, its row above and a file of its own.
Registry<DataFormat>& formats() {
  static Registry<DataFormat> registry("data format", {&kDigitsFormat, &kIdxFormat, &kHdf5Format});
  return registry;
}

/// The rows that fit a block, at least one.
std::uint64_t block_rows(const Dataset& data) {
  return std::max<std::size_t>(1, kBlockBytes / data.row_bytes());
}

}  // namespace

const DataFormat& format_of(const Spec& spec) {
  if (const DataFormat* format = formats().find(spec.name())) return *format;
  std::vector<std::string_view> usages;
  for (const DataFormat* format : formats().rows()) usages.push_back(format->usage);
  throw UsageError(fmt::format("{} '{}': there is no format '{}'; known: {}", spec.kind(), spec.text(), spec.name(),
                               fmt::join(usages, "  ")));
}

std::string format_help() {
  std::vector<std::string_view> usages;
  for (const DataFormat* format : formats().rows()) usages.push_back(format->usage);
  return fmt::format("{}", fmt::join(usages, "; "));
}

void register_format(const DataFormat& format) {
  formats().add(format);
}

std::size_t Dataset::features() const {
  std::size_t product = 1;
  for (const auto extent : shape_) product *= static_cast<std::size_t>(extent);
  return product;
}

std::optional<std::string_view> Dataset::subject(std::uint64_t row) const {
  if (!has_subjects()) return std::nullopt;
  return subjects_[subject_of_[row]];
}

std::optional<std::uint64_t> Dataset::row_of(SampleId id) const {
  if (ids_.empty()) return id.value() < size() ? std::optional(id.value()) : std::nullopt;
  const auto by_id = [this](std::uint64_t row) { return ids_[row]; };
  const auto found = std::ranges::lower_bound(rows_by_id_, id, {}, by_id);
  return found != rows_by_id_.end() && ids_[*found] == id ? std::optional(*found) : std::nullopt;
}

void Dataset::gather_range(std::uint64_t first, std::uint64_t count, std::span<std::byte> out) const {
  if (first > size() || count > size() - first || out.size() != count * row_bytes())
    throw Bug(
        fmt::format("rows {} to {} of {} were asked for into {} bytes", first, first + count, size(), out.size()));
  std::vector<std::uint64_t> rows;
  while (count > 0) {
    rows.resize(std::min(count, block_rows(*this)));
    std::iota(rows.begin(), rows.end(), first);
    gather(rows, out.first(rows.size() * row_bytes()));
    out = out.subspan(rows.size() * row_bytes());
    first += rows.size();
    count -= rows.size();
  }
}

void Dataset::check_gather(std::span<const std::uint64_t> rows, std::span<std::byte> out) const {
  if (out.size() != rows.size() * row_bytes())
    throw Bug(fmt::format("{} rows of {} bytes were asked for into {} bytes", rows.size(), row_bytes(), out.size()));
  if (std::ranges::adjacent_find(rows, std::greater_equal<>{}) != rows.end())
    throw Bug("rows were asked for that do not ascend");
  if (!rows.empty() && rows.back() >= size())
    throw Bug(fmt::format("row {} was asked for, and there are {}", rows.back(), size()));
}

void Dataset::limit_rows(std::uint64_t rows) {
  if (rows >= size()) return;
  labels_.resize(rows);
  if (!ids_.empty()) ids_.resize(rows);
  if (!subject_of_.empty()) {
    subject_of_.resize(rows);
    // Subjects are numbered by their first row: those of the rows that are left come first.
    subjects_.resize(rows == 0 ? 0 : *std::ranges::max_element(subject_of_) + std::size_t{1});
  }
}

void Dataset::finish_opening(const std::string& source) {
  if (shape_.empty() || std::ranges::any_of(shape_, [](std::int64_t extent) { return extent < 1; }))
    throw Failure(fmt::format("{}: samples of shape {{{}}} hold no features", source, fmt::join(shape_, ", ")));
  if ((!ids_.empty() && ids_.size() != size()) || (!subject_of_.empty() && subject_of_.size() != size()))
    throw Failure(fmt::format("{}: {} labels, {} ids and {} subjects do not belong together", source, size(),
                              ids_.size(), subject_of_.size()));
  const std::int32_t end =
      classes_ > 0 ? static_cast<std::int32_t>(classes_) : std::numeric_limits<std::int32_t>::max();
  for (std::uint64_t row = 0; row < size(); ++row)
    if (labels_[row] < 0 || labels_[row] >= end)
      throw Failure(
          classes_ > 0 ? fmt::format("{}: row {}: label {} is not in 0 ... {}", source, row, labels_[row], classes_ - 1)
                       : fmt::format("{}: row {}: label {} is negative", source, row, labels_[row]));
  rows_by_id_.resize(ids_.size());
  std::iota(rows_by_id_.begin(), rows_by_id_.end(), std::uint64_t{0});
  std::ranges::sort(
      rows_by_id_, [this](std::uint64_t a, std::uint64_t b) { return ids_[a] != ids_[b] ? ids_[a] < ids_[b] : a < b; });
  for (std::size_t i = 1; i < rows_by_id_.size(); ++i) {
    const std::uint64_t before = rows_by_id_[i - 1];
    const std::uint64_t row = rows_by_id_[i];
    if (ids_[before] == ids_[row])
      throw Failure(fmt::format("{}: row {}: id {} is also that of row {}; ids must be unique", source, row,
                                ids_[row].value(), before));
  }
}

std::unique_ptr<Dataset> open_dataset(const Spec& spec) {
  const DataFormat& format = format_of(spec);
  constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::max();
  const std::int64_t limit = spec.integer_or("limit", kAll, 1, kAll);
  std::unique_ptr<Dataset> data = format.open(spec);
  if (const auto path = spec.find(kSubjectsKey)) {
    SubjectList subjects = read_subject_file(*path);
    if (subjects.rows() != data->size())
      throw Failure(fmt::format("{}: {} lines for {} rows of {}; each row needs the line of its subject", *path,
                                subjects.rows(), data->size(), spec.text()));
    data->subjects_ = subjects.take_names();
    data->subject_of_ = subjects.take_rows();
  }
  data->limit_rows(static_cast<std::uint64_t>(limit));
  data->finish_opening(spec.text());
  return data;
}

Digest sample_digest(const Dataset& data, std::uint64_t row, ByteView features, const Key& key) {
  Hasher hasher("expunge/sample/v1", std::as_bytes(std::span(key.words())));
  hasher.add(data.id(row).value());
  hasher.add(static_cast<std::uint64_t>(data.label(row)));
  const auto subject = data.subject(row);
  hasher.add(static_cast<std::uint64_t>(subject.has_value()));
  if (subject) hasher.add(*subject);
  return hasher.add(features).finish();
}

SetDigest set_digest(const Dataset& data, std::uint64_t first, std::uint64_t count, const Key& key) {
  if (first > data.size() || count > data.size() - first)
    throw Bug(fmt::format("rows {} to {} of {} were asked for", first, first + count, data.size()));
  SetDigest digest;
  Bytes block;
  const std::size_t row_bytes = data.row_bytes();
  while (count > 0) {
    const std::uint64_t rows = std::min(count, block_rows(data));
    block.resize(rows * row_bytes);
    data.gather_range(first, rows, block);
    for (std::uint64_t i = 0; i < rows; ++i)
      digest.insert(sample_digest(data, first + i, ByteView(block).subspan(i * row_bytes, row_bytes), key));
    first += rows;
    count -= rows;
  }
  return digest;
}

SetDigest set_digest(const Dataset& data, std::span<const std::uint64_t> rows, const Key& key) {
  SetDigest digest;
  Bytes block;
  const std::size_t row_bytes = data.row_bytes();
  while (!rows.empty()) {
    const auto now = rows.first(std::min<std::size_t>(rows.size(), block_rows(data)));
    block.resize(now.size() * row_bytes);
    data.gather(now, block);
    for (std::size_t i = 0; i < now.size(); ++i)
      digest.insert(sample_digest(data, now[i], ByteView(block).subspan(i * row_bytes, row_bytes), key));
    rows = rows.subspan(now.size());
  }
  return digest;
}

}  // namespace expunge
