// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/requests/id_ranges.hpp"

namespace expunge {

namespace {

std::vector<IdRange> joined_ascending(const std::vector<SampleId>& ids) {
  RangeJoiner ranges;
  for (const SampleId id : ids) ranges.add(id.value());
  return ranges.take();
}

std::vector<IdRange> joined(const std::vector<SampleId>& ids) {
  if (std::ranges::is_sorted(ids)) return joined_ascending(ids);
  std::vector<SampleId> sorted = ids;
  std::ranges::sort(sorted);
  return joined_ascending(sorted);
}

std::vector<IdRange> joined(std::vector<IdRange> stated) {
  std::ranges::sort(stated);
  RangeJoiner ranges;
  for (const IdRange& range : stated) ranges.add(range);
  return ranges.take();
}

}  // namespace

std::vector<IdRange> named_ids(const Selector& selector) {
  if (const auto* ids = std::get_if<std::vector<SampleId>>(&selector)) return joined(*ids);
  if (const auto* ranges = std::get_if<std::vector<IdRange>>(&selector)) return joined(*ranges);
  return {};
}

}  // namespace expunge
