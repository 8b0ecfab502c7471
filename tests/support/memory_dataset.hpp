// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "framework/data/dataset.hpp"

namespace expunge::testing {

/// A sample of a test's own data set. Where features are bytes, they are whole numbers 0 … 255.
struct MemorySample {
  std::uint64_t id = 0;
  std::int32_t label = 0;
  std::string subject;
  std::vector<float> features;
};

/// A data set in memory, from which rows can be left out as if they had never been there.
class MemoryDataset final : public Dataset {
 public:
  struct Form {
    std::vector<std::int64_t> shape;
    std::int64_t classes = 0;
    FeatureType type = FeatureType::kF32;
    bool by_subject = false;
  };

  MemoryDataset(Form form, std::vector<MemorySample> samples) : form_(std::move(form)), samples_(std::move(samples)) {
    shape_ = form_.shape;
    classes_ = form_.classes;
    feature_type_ = form_.type;
    std::map<std::string, std::uint32_t> known;
    for (const auto& sample : samples_) {
      ids_.emplace_back(sample.id);
      labels_.push_back(sample.label);
      if (!form_.by_subject) continue;
      const auto [entry, is_new] = known.emplace(sample.subject, static_cast<std::uint32_t>(subjects_.size()));
      if (is_new) subjects_.push_back(sample.subject);
      subject_of_.push_back(entry->second);
    }
    finish_opening("a test's data");
  }

  [[nodiscard]] const std::vector<MemorySample>& samples() const { return samples_; }

  /// The samples for which `leave_out` is false, in the same order.
  template <class Predicate>
  [[nodiscard]] MemoryDataset without(Predicate leave_out) const {
    std::vector<MemorySample> left;
    for (const auto& sample : samples_)
      if (!leave_out(sample)) left.push_back(sample);
    return {form_, std::move(left)};
  }

  /// Every sample after `change` was called on it.
  template <class Change>
  [[nodiscard]] MemoryDataset changed(Change change) const {
    std::vector<MemorySample> samples = samples_;
    for (auto& sample : samples) change(sample);
    return {form_, std::move(samples)};
  }

  /// The same samples, their rows in another order.
  [[nodiscard]] MemoryDataset shuffled(const Key& key) const {
    std::vector<MemorySample> samples = samples_;
    std::ranges::sort(samples, {}, [&](const MemorySample& sample) { return key.draw(sample.id); });
    return {form_, std::move(samples)};
  }

  void gather(std::span<const std::uint64_t> rows, std::span<std::byte> out) const override {
    check_gather(rows, out);
    for (const auto row : rows) {
      const auto& features = samples_[row].features;
      if (form_.type == FeatureType::kF32) {
        std::memcpy(out.data(), features.data(), row_bytes());
      } else {
        for (std::size_t i = 0; i < features.size(); ++i)
          out[i] = static_cast<std::byte>(static_cast<unsigned char>(features[i]));
      }
      out = out.subspan(row_bytes());
    }
  }

 private:
  Form form_;
  std::vector<MemorySample> samples_;
};

/// `count` samples that a model can learn: each class has a pattern of its own, with noise on it. Ids have gaps and do
/// not ascend with the rows; there is a subject for every three samples or so.
[[nodiscard]] inline MemoryDataset make_samples(std::uint64_t count, MemoryDataset::Form form, std::uint64_t seed) {
  const Key key = Key({seed, 1}).derive("expunge/test-samples");
  std::uint64_t features = 1;
  for (const auto extent : form.shape) features *= static_cast<std::uint64_t>(extent);
  std::vector<MemorySample> samples;
  for (std::uint64_t i = 0; i < count; ++i) {
    MemorySample sample;
    sample.id = (i * 7919 + 13) % 1'000'003;  // a prime modulus: no two are equal
    const auto draws = key.block(sample.id);
    sample.label = static_cast<std::int32_t>(draws[0] % static_cast<std::uint64_t>(form.classes));
    sample.subject = "subject " + std::to_string(draws[1] % (count / 3 + 1));
    for (std::uint64_t f = 0; f < features; ++f) {
      const bool lit = key.draw(static_cast<std::uint64_t>(sample.label), f, 2) % 2 == 0;
      const float noise = unit_float(key.draw(sample.id, f, 1));
      sample.features.push_back(form.type == FeatureType::kU8 ? static_cast<float>(lit ? 150 : 0) +
                                                                    static_cast<float>(static_cast<int>(noise * 100))
                                                              : (lit ? 1.0F : -1.0F) + noise - 0.5F);
    }
    samples.push_back(std::move(sample));
  }
  return {std::move(form), std::move(samples)};
}

}  // namespace expunge::testing
