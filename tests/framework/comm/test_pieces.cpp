// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "framework/comm/pieces.hpp"

namespace {

using Pieces = std::vector<std::pair<std::size_t, std::size_t>>;

Pieces pieces_of(std::size_t total, std::size_t longest) {
  Pieces pieces;
  expunge::in_pieces(total, longest, [&](std::size_t begin, std::size_t end) { pieces.emplace_back(begin, end); });
  return pieces;
}

}  // namespace

TEST_CASE("pieces cover everything once, in order, and none is too long") {
  CHECK(pieces_of(7, 3) == Pieces{{0, 3}, {3, 6}, {6, 7}});
  CHECK(pieces_of(6, 3) == Pieces{{0, 3}, {3, 6}});
  CHECK(pieces_of(2, 3) == Pieces{{0, 2}});
  CHECK(pieces_of(0, 3).empty());
}
