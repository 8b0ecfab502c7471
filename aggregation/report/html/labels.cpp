// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "aggregation/report/html/labels.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "aggregation/report/html/svg.hpp"

namespace expunge::html {

namespace {

constexpr double kLabelHeight = 15;
constexpr double kPoint = 7;  // half of what a point takes up

// Beside the point first: it is where people look.
constexpr std::array<std::pair<double, double>, 12> kDirections = {{{1, 0},
                                                                    {-1, 0},
                                                                    {0.7, -0.7},
                                                                    {0.7, 0.7},
                                                                    {-0.7, -0.7},
                                                                    {-0.7, 0.7},
                                                                    {0, -1},
                                                                    {0, 1},
                                                                    {0.92, -0.38},
                                                                    {0.92, 0.38},
                                                                    {-0.92, -0.38},
                                                                    {-0.92, 0.38}}};
constexpr std::array<double, 8> kDistances = {10, 15, 22, 32, 45, 62, 85, 115};

// The box of a text in this direction and distance from a point.
Box box_at(const LabelledPoint& point, double width, std::pair<double, double> direction, double distance) {
  const double x = point.x + direction.first * distance;
  const double y = point.y + direction.second * distance;
  const double left = direction.first > 0.1 ? x : direction.first < -0.1 ? x - width : x - width / 2;
  const double top = direction.second > 0.9 ? y : direction.second < -0.9 ? y - kLabelHeight : y - kLabelHeight / 2;
  return {left, top, left + width, top + kLabelHeight};
}

std::optional<PlacedLabel> place(const LabelledPoint& point, const Box& bounds, const std::vector<Box>& taken) {
  for (const std::string& text : point.texts) {
    const double width = width_of(text) + 2;
    for (const double distance : kDistances) {
      for (const auto& direction : kDirections) {
        const Box box = box_at(point, width, direction, distance);
        if (!box.within(bounds)) continue;
        if (std::none_of(taken.begin(), taken.end(), [&](const Box& other) { return box.overlaps(other); }))
          return PlacedLabel{text, box};
      }
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::optional<PlacedLabel>> place_labels(const std::vector<LabelledPoint>& points, const Box& bounds,
                                                     std::vector<Box> taken) {
  for (const LabelledPoint& point : points)
    taken.push_back({point.x - kPoint, point.y - kPoint, point.x + kPoint, point.y + kPoint});
  std::vector<std::optional<PlacedLabel>> labels;
  for (const LabelledPoint& point : points) {
    labels.push_back(place(point, bounds, taken));
    if (labels.back()) taken.push_back(labels.back()->box);
  }
  return labels;
}

std::optional<PlacedLabel> place_on_line(double y, const std::string& text, const Box& bounds,
                                         const std::vector<Box>& taken) {
  constexpr double kGap = 3;
  constexpr double kStep = 12;
  const double width = width_of(text) + 2;
  for (double right = bounds.right - kGap; right - width >= bounds.left; right -= kStep) {
    for (const double top : {y - kGap - kLabelHeight, y + kGap}) {
      const Box box{right - width, top, right, top + kLabelHeight};
      if (!box.within(bounds)) continue;
      if (std::none_of(taken.begin(), taken.end(), [&](const Box& other) { return box.overlaps(other); }))
        return PlacedLabel{text, box};
    }
  }
  return std::nullopt;
}

}  // namespace expunge::html
