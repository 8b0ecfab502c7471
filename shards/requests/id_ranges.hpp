// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "shards/requests/request.hpp"

namespace expunge {

/// The largest id that a request can name: one less than what fits, so that the end of a range does.
inline constexpr std::uint64_t kLargestId = std::numeric_limits<std::uint64_t>::max() - 1;

/// The ids that a selector names, as ascending, disjoint ranges that don't touch: the same set gives the same ranges,
/// however it was stated. Nothing for a subject or a label. Memory is linear in what was stated, not in what it covers.
[[nodiscard]] std::vector<IdRange> named_ids(const Selector& selector);

/// Joins ranges that come ascending by their first ids where they overlap or touch.
class RangeJoiner {
 public:
  void add(IdRange range) {
    if (!ranges_.empty() && range.first <= ranges_.back().end)
      ranges_.back().end = std::max(ranges_.back().end, range.end);
    else
      ranges_.push_back(range);
  }
  void add(std::uint64_t id) { add({id, id + 1}); }
  [[nodiscard]] std::vector<IdRange> take() { return std::move(ranges_); }

 private:
  std::vector<IdRange> ranges_;
};

}  // namespace expunge
