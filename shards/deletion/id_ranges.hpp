// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "shards/deletion/request.hpp"

namespace expunge {

/// The largest id that a request can name: one less than what fits, so that the end of a range does.
inline constexpr std::uint64_t kLargestId = std::numeric_limits<std::uint64_t>::max() - 1;

/// The ids that a selector names, as ascending, disjoint ranges that don't touch: the same set gives the same ranges,
/// however it was stated. Nothing for a subject or a label. Memory is linear in what was stated, not in what it covers.
[[nodiscard]] std::vector<IdRange> named_ids(const Selector& selector);

/// Strictly ascending ids as such ranges.
[[nodiscard]] std::vector<IdRange> as_ranges(std::span<const std::uint64_t> ids);

}  // namespace expunge
