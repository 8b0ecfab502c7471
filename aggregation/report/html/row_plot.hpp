// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "aggregation/report/html/document.hpp"
#include "aggregation/report/html/scale.hpp"
#include "aggregation/report/html/svg.hpp"

namespace expunge::html {

/// A chart of rows with one name each over a common horizontal axis: names in a column at the left, or above their rows
/// where the chart is narrow; room for words at the right.
class RowPlot {
 public:
  /// `row_height`: of what is drawn, the name above it not counted. `words`: pixels for words at the right.
  RowPlot(double width, std::vector<std::string> names, double row_height, double words);

  [[nodiscard]] double left() const { return left_; }
  [[nodiscard]] double right() const { return right_; }
  /// Where the words at the right begin.
  [[nodiscard]] double words() const { return right_ + kGap; }
  [[nodiscard]] double middle(std::size_t row) const;
  /// A vertical line through all rows; where names stand above their rows, it leaves them free.
  void line(Svg& svg, double x, std::string_view css_class) const;
  /// Names, every second row shaded, ticks and the axis' own name.
  [[nodiscard]] Svg frame(const Scale& scale, std::string_view axis) const;

 private:
  static constexpr double kGap = 8;
  static constexpr double kTop = 6;
  [[nodiscard]] double bottom() const { return kTop + pitch() * static_cast<double>(names_.size()); }
  [[nodiscard]] double pitch() const { return row_height_ + name_height_; }

  double width_;
  std::vector<std::string> names_;
  double row_height_;
  double name_height_;  // 0 where names stand at the left
  double names_width_;
  double left_;
  double right_;
};

/// Charts of rows that a page of paper holds.
inline constexpr std::size_t kRowsOfChart = 20;
[[nodiscard]] std::vector<std::vector<MethodView>> in_charts(const std::vector<MethodView>& methods);
/// Their names, each as long as it is: `RowPlot` shortens them.
[[nodiscard]] std::vector<std::string> names_of(const std::vector<MethodView>& methods);
/// "" for the only chart, else " (methods 21 to 40)".
[[nodiscard]] std::string part_of(const std::vector<MethodView>& methods, std::size_t charts);

}  // namespace expunge::html
