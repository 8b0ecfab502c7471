// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/requests/cell_deletions.hpp"

#include <algorithm>

#include "shards/requests/id_ranges.hpp"

namespace expunge {

std::vector<CellDeletion> CellDeletions::of(std::span<const std::uint64_t> rows) {
  placed_.clear();
  for (const std::uint64_t row : rows) {
    const std::uint32_t subject = data_.has_subjects() ? data_.subject_index(row) : 0;
    const bool as_before = data_.has_subjects() && !placed_.empty() && placed_.back().subject == subject;
    placed_.push_back(
        {as_before ? placed_.back().cell : partitioner_.cell_of_row(data_, row), data_.id(row).value(), subject});
  }
  std::ranges::sort(placed_);
  std::vector<CellDeletion> cells;
  for (auto begin = placed_.begin(); begin != placed_.end();) {
    const auto end = std::find_if(begin, placed_.end(), [&](const Placed& one) { return one.cell != begin->cell; });
    cells.push_back(one({begin, end}));
    begin = end;
  }
  return cells;
}

CellDeletion CellDeletions::one(std::span<const Placed> samples) const {
  CellDeletion deletion;
  deletion.cell = samples.front().cell;
  if (ids_ == JournalIds::kPlain) {
    RangeJoiner ids;
    for (const Placed& sample : samples) ids.add(sample.id);
    deletion.ids = ids.take();
  } else {
    deletion.references.reserve(samples.size());
    for (const Placed& sample : samples) deletion.references.push_back(references_.of_sample(SampleId(sample.id)));
    std::ranges::sort(deletion.references);
  }
  if (!data_.has_subjects()) return deletion;
  std::vector<std::uint32_t> subjects;
  for (const Placed& sample : samples) subjects.push_back(sample.subject);
  std::ranges::sort(subjects);
  subjects.erase(std::unique(subjects.begin(), subjects.end()), subjects.end());
  for (const auto subject : subjects) deletion.subjects.push_back(references_.of_subject(data_.subjects()[subject]));
  std::ranges::sort(deletion.subjects);
  return deletion;
}

}  // namespace expunge
