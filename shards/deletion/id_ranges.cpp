// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/deletion/id_ranges.hpp"

#include <algorithm>

namespace expunge {

namespace {

/// Joins ranges, ascending by their first ids, where they overlap or touch.
class Joined {
 public:
  void add(IdRange range) {
    if (!ranges_.empty() && range.first <= ranges_.back().end)
      ranges_.back().end = std::max(ranges_.back().end, range.end);
    else
      ranges_.push_back(range);
  }
  [[nodiscard]] std::vector<IdRange> take() { return std::move(ranges_); }

 private:
  std::vector<IdRange> ranges_;
};

std::vector<IdRange> joined(std::vector<SampleId> ids) {
  if (!std::ranges::is_sorted(ids)) std::ranges::sort(ids);
  Joined ranges;
  for (const SampleId id : ids) ranges.add({id.value(), id.value() + 1});
  return ranges.take();
}

std::vector<IdRange> joined(std::vector<IdRange> stated) {
  std::ranges::sort(stated);
  Joined ranges;
  for (const IdRange& range : stated) ranges.add(range);
  return ranges.take();
}

}  // namespace

std::vector<IdRange> named_ids(const Selector& selector) {
  if (const auto* ids = std::get_if<std::vector<SampleId>>(&selector)) return joined(*ids);
  if (const auto* ranges = std::get_if<std::vector<IdRange>>(&selector)) return joined(*ranges);
  return {};
}

std::vector<IdRange> as_ranges(std::span<const std::uint64_t> ids) {
  Joined ranges;
  for (const std::uint64_t id : ids) ranges.add({id, id + 1});
  return ranges.take();
}

}  // namespace expunge
