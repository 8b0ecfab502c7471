// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace expunge {

/// A point that the pen passes through. x runs to the right from 0 to about 0.65, y down from 0 (top) to 1 (foot).
struct PenPoint {
  float x = 0;
  float y = 0;
  bool corner = false;  ///< the pen turns sharply here; elsewhere it moves smoothly
};

/// What the pen draws without being lifted.
using PenStroke = std::span<const PenPoint>;

/// The most points and strokes that a skeleton has.
inline constexpr std::size_t kMostPenPoints = 24;
inline constexpr std::size_t kMostPenStrokes = 2;

/// One way to write a digit: an allograph.
struct Skeleton {
  int digit = 0;
  std::array<PenStroke, kMostPenStrokes> strokes{};  ///< in the order of writing; an empty one is none
};

/// The ways in which `digit` (0 … 9) is written: the open and the closed four, the seven with a bar and without, …
[[nodiscard]] std::span<const Skeleton> skeletons_of(int digit);

}  // namespace expunge
