// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace expunge::html {

enum class Anchor : unsigned char { kStart, kMiddle, kEnd };

/// How wide a text of a chart may become, in pixels, whatever font the reader has.
[[nodiscard]] double width_of(std::string_view text, double size = 12);
/// How many characters surely fit.
[[nodiscard]] std::size_t characters_in(double width, double size = 12);

/// A drawing in pixels, the y axis downwards. Colours come from the classes of style.cpp.
class Svg {
 public:
  Svg(double width, double height) : width_(width), height_(height) {}

  void line(double x1, double y1, double x2, double y2, std::string_view css_class);
  void rect(double x, double y, double width, double height, std::string_view css_class, std::string_view title = "");
  void text(double x, double y, std::string_view text, std::string_view css_class = "", Anchor anchor = Anchor::kStart);
  void turned_text(double x, double y, std::string_view text, std::string_view css_class = "");
  void polyline(const std::vector<std::pair<double, double>>& points, std::string_view css_class);
  /// A shape of one kind around a point: "exact" a disc, "certified" a diamond, "heuristic" a square, "none" a
  /// triangle; "test", "retain", "forget" a disc, a square, a triangle; "dot" a disc, "stop" a diamond; so that no
  /// colour speaks alone.
  void marker(double x, double y, std::string_view kind, double radius, std::string_view title = "");

  [[nodiscard]] double width() const { return width_; }
  [[nodiscard]] double height() const { return height_; }
  /// <svg> with a title and a description.
  [[nodiscard]] std::string html(std::string_view id, std::string_view title, std::string_view description,
                                 std::string_view css_class) const;

 private:
  double width_;
  double height_;
  std::string body_;
};

/// A marker on its own, for legends.
[[nodiscard]] std::string marker_icon(std::string_view kind);

/// What stands around a chart.
struct Chart {
  std::string id;
  std::string title;
  std::string description;  ///< what it shows, in words: the text alternative
  std::string legend;       ///< HTML
  std::string caption;      ///< HTML
  std::string numbers;      ///< HTML: a table of what is drawn
};

inline constexpr double kWide = 760;
inline constexpr double kNarrow = 328;

/// A <figure> with the chart drawn twice, for wide pages and for narrow ones; the style shows one of them.
[[nodiscard]] std::string figure_of(const Chart& chart, const std::function<Svg(double width)>& draw);

}  // namespace expunge::html
