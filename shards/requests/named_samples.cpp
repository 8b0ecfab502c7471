// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/requests/named_samples.hpp"

#include <algorithm>

namespace expunge {

namespace {

constexpr std::size_t kShownIds = 5;

}  // namespace

NamedSamples SampleFinder::find(std::span<const IdRange> ranges) {
  NamedSamples found;
  std::vector<IdRange> wide;
  for (const IdRange& range : ranges) {
    const std::uint64_t size = range.end - range.first;
    found.named += size;
    if (size <= data_.size())
      look_up(range, found);
    else
      wide.push_back(range);
  }
  if (!wide.empty()) sweep(wide, found);
  return found;
}

void SampleFinder::look_up(const IdRange& range, NamedSamples& found) const {
  for (std::uint64_t id = range.first; id < range.end; ++id) {
    if (const auto row = data_.row_of(SampleId(id)))
      found.rows.push_back(*row);
    else
      miss(id, found);
  }
}

void SampleFinder::miss(std::uint64_t id, NamedSamples& found) const {
  if (history_.deleted() > 0 && history_.is_deleted(SampleId(id))) {
    ++found.gone;
    return;
  }
  ++found.unknown;
  if (found.unknown_ids.size() < kShownIds) found.unknown_ids.push_back(id);
}

void SampleFinder::sweep(std::span<const IdRange> ranges, NamedSamples& found) {
  std::vector<std::uint64_t> present;
  for (std::uint64_t row = 0; row < data_.size(); ++row) {
    const std::uint64_t id = data_.id(row).value();
    const auto after = std::ranges::upper_bound(ranges, id, {}, &IdRange::first);
    if (after == ranges.begin() || id >= std::prev(after)->end) continue;
    present.push_back(id);
    found.rows.push_back(row);
  }
  if (!std::ranges::is_sorted(present)) std::ranges::sort(present);
  for (const IdRange& range : ranges) {
    const auto begin = std::ranges::lower_bound(present, range.first);
    const auto end = std::ranges::lower_bound(begin, present.end(), range.end);
    walk_gaps(range, {begin, end}, found);
  }
}

void SampleFinder::walk_gaps(const IdRange& range, std::span<const std::uint64_t> present, NamedSamples& found) {
  const std::uint64_t gaps = range.end - range.first - present.size();
  // Among more gaps than samples were ever deleted some must be unknown: under kFail the first of them are enough.
  // Otherwise they are counted, one by one where that can make a difference.
  const bool counted = policy_ == UnknownPolicy::kSkip;
  const bool none_gone = history_.deleted() == 0 || (counted && gaps > kMostGaps && data_has_all_deleted());
  if (counted && !none_gone && gaps > kMostGaps) {
    found.too_many_gaps = true;
    return;
  }
  const std::uint64_t before = found.unknown;
  std::uint64_t walked = 0;
  std::uint64_t id = range.first;
  for (std::size_t next = 0; walked < gaps; ++id) {
    if (next < present.size() && present[next] == id) {
      ++next;
      continue;
    }
    if ((none_gone || !counted) && found.unknown - before > kShownIds) break;
    ++walked;
    miss(id, found);
  }
  if (none_gone) found.unknown = before + gaps;
}

bool SampleFinder::data_has_all_deleted() {
  if (!data_has_all_deleted_) {
    std::uint64_t there = 0;
    for (std::uint64_t row = 0; row < data_.size(); ++row) there += history_.is_deleted(data_.id(row)) ? 1U : 0U;
    data_has_all_deleted_ = there == history_.deleted();
  }
  return *data_has_all_deleted_;
}

}  // namespace expunge
