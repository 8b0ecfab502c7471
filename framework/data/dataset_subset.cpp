// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/data/dataset_subset.hpp"

#include <limits>

namespace expunge {

DatasetSubset::DatasetSubset(const Dataset& whole, std::vector<std::uint64_t> rows, const std::string& source)
    : whole_(whole), rows_(std::move(rows)) {
  shape_ = whole.shape();
  feature_type_ = whole.feature_type();
  classes_ = whole.classes();
  constexpr std::uint32_t kNotMet = std::numeric_limits<std::uint32_t>::max();
  std::vector<std::uint32_t> index_here(whole.subjects().size(), kNotMet);
  for (const auto row : rows_) {
    labels_.push_back(whole.label(row));
    ids_.push_back(whole.id(row));
    if (!whole.has_subjects()) continue;
    std::uint32_t& index = index_here.at(whole.subject_index(row));
    if (index == kNotMet) {
      index = static_cast<std::uint32_t>(subjects_.size());
      subjects_.emplace_back(*whole.subject(row));
    }
    subject_of_.push_back(index);
  }
  finish_opening(source);
}

void DatasetSubset::gather(std::span<const std::uint64_t> rows, std::span<std::byte> out) const {
  check_gather(rows, out);
  std::vector<std::uint64_t> of_whole;
  of_whole.reserve(rows.size());
  for (const auto row : rows) of_whole.push_back(rows_[row]);
  whole_.gather(of_whole, out);
}

}  // namespace expunge
