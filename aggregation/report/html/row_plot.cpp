// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "aggregation/report/html/row_plot.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "aggregation/report/html/markup.hpp"

namespace expunge::html {

namespace {

constexpr double kMostNames = 236;  // width of the column of names, at most
constexpr double kNameAbove = 17;   // height of a name above its row
constexpr double kAxis = 40;        // height of ticks and the axis' name
constexpr double kLineOfName = 14;
constexpr double kNarrowest = 500;  // narrower charts have no column of names

double width_of_names(const std::vector<std::string>& names) {
  double width = 0;
  for (const std::string& name : names) width = std::max(width, width_of(name) + 12);
  return std::min(width, kMostNames);
}

}  // namespace

RowPlot::RowPlot(double width, std::vector<std::string> names, double row_height, double words)
    : width_(width),
      names_(std::move(names)),
      row_height_(row_height),
      name_height_(width < kNarrowest ? kNameAbove : 0),
      names_width_(width_of_names(names_)),
      left_(width < kNarrowest ? kGap : names_width_ + kGap),
      right_(width - words - kGap) {}

double RowPlot::middle(std::size_t row) const {
  return kTop + pitch() * static_cast<double>(row) + name_height_ + row_height_ / 2;
}

void RowPlot::line(Svg& svg, double x, std::string_view css_class) const {
  if (name_height_ == 0) {
    svg.line(x, kTop, x, bottom() + 4, css_class);
    return;
  }
  for (std::size_t row = 0; row < names_.size(); ++row)
    svg.line(x, middle(row) - row_height_ / 2, x, middle(row) + row_height_ / 2, css_class);
}

Svg RowPlot::frame(const Scale& scale, std::string_view axis) const {
  Svg svg(width_, bottom() + kAxis);
  for (std::size_t row = 0; row < names_.size(); ++row)
    if (row % 2 == 0) svg.rect(0, kTop + pitch() * static_cast<double>(row), width_, pitch(), "band");
  for (const Tick& tick : scale.ticks(46)) {
    line(svg, tick.at, "grid");
    svg.text(tick.at, bottom() + 17, tick.label, "tick", Anchor::kMiddle);
  }
  svg.text((left_ + right_) / 2, bottom() + 34, axis, "axis", Anchor::kMiddle);
  for (std::size_t row = 0; row < names_.size(); ++row) {
    if (name_height_ > 0) {
      svg.text(kGap / 2, middle(row) - row_height_ / 2 - 4, shortened(names_[row], characters_in(width_ - kGap)),
               "name");
      continue;
    }
    const std::vector<std::string> lines = wrapped(names_[row], characters_in(names_width_ - kGap / 2), 2);
    double y = middle(row) + 4 - kLineOfName * static_cast<double>(lines.size() - 1) / 2;
    for (const std::string& line : lines) {
      svg.text(kGap / 2, y, line, "name");
      y += kLineOfName;
    }
  }
  return svg;
}

std::vector<std::vector<MethodView>> in_charts(const std::vector<MethodView>& methods) {
  std::vector<std::vector<MethodView>> charts;
  for (std::size_t i = 0; i < methods.size(); ++i) {
    if (i % kRowsOfChart == 0) charts.emplace_back();
    charts.back().push_back(methods[i]);
  }
  return charts;
}

std::vector<std::string> names_of(const std::vector<MethodView>& methods) {
  std::vector<std::string> names;
  names.reserve(methods.size());
  for (const MethodView& method : methods) names.push_back(fmt::format("{} {}", method.number, method.name));
  return names;
}

std::string part_of(const std::vector<MethodView>& methods, std::size_t charts) {
  if (charts < 2 || methods.empty()) return {};
  return fmt::format(" (methods {} to {})", methods.front().number, methods.back().number);
}

}  // namespace expunge::html
