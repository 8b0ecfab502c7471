// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace expunge::html {

struct Box {
  double left = 0;
  double top = 0;
  double right = 0;
  double bottom = 0;
  [[nodiscard]] bool overlaps(const Box& other) const {
    return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
  }
  [[nodiscard]] bool within(const Box& other) const {
    return left >= other.left && right <= other.right && top >= other.top && bottom <= other.bottom;
  }
};

/// A point of a chart and what may be written at it, the longest first.
struct LabelledPoint {
  double x = 0;
  double y = 0;
  std::vector<std::string> texts;
};

struct PlacedLabel {
  std::string text;
  Box box;
};

/// Where to write at each point so that no label lies on another, on a point, on one of `taken`, or out of `bounds`;
/// nothing where there is no such place. The same points give the same places.
[[nodiscard]] std::vector<std::optional<PlacedLabel>> place_labels(const std::vector<LabelledPoint>& points,
                                                                   const Box& bounds, std::vector<Box> taken);

/// Where to write along a horizontal line, just above it or just below, from its right end to its left.
[[nodiscard]] std::optional<PlacedLabel> place_on_line(double y, const std::string& text, const Box& bounds,
                                                       const std::vector<Box>& taken);

}  // namespace expunge::html
