// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>

namespace expunge {

/// Calls `handle(begin, end)` for the half-open pieces of [0, total), in order, none longer than `longest` (at least
/// 1). Example: 7 in pieces of 3 are [0,3), [3,6), [6,7). Nothing for a total of 0.
template <class Handle>
void in_pieces(std::size_t total, std::size_t longest, Handle&& handle) {
  for (std::size_t begin = 0; begin < total;) {
    const std::size_t end = begin + std::min(longest, total - begin);
    handle(begin, end);
    begin = end;
  }
}

}  // namespace expunge
