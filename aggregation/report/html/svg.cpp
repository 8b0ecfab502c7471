// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "aggregation/report/html/svg.hpp"

#include <iterator>

#include <fmt/format.h>

#include "aggregation/report/html/markup.hpp"

namespace expunge::html {

namespace {

// Of the fonts that a browser may take for system-ui, the widest.
constexpr double kWidestCharacter = 0.63;

std::string shape(double x, double y, std::string_view kind, double r) {
  if (kind == "exact" || kind == "test" || kind == "dot")
    return fmt::format(R"(<circle cx="{:.1f}" cy="{:.1f}" r="{:.1f}")", x, y, r);
  if (kind == "heuristic" || kind == "retain")
    return fmt::format(R"(<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}")", x - 0.9 * r, y - 0.9 * r,
                       1.8 * r, 1.8 * r);
  if (kind == "certified" || kind == "stop")
    return fmt::format("<path d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}L{:.1f} {:.1f}L{:.1f} {:.1f}Z\"", x, y - 1.3 * r,
                       x + 1.3 * r, y, x, y + 1.3 * r, x - 1.3 * r, y);
  return fmt::format("<path d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}L{:.1f} {:.1f}Z\"", x, y - 1.2 * r, x + 1.15 * r,
                     y + 0.9 * r, x - 1.15 * r, y + 0.9 * r);
}

std::string title_of(std::string_view title) {
  return title.empty() ? std::string() : fmt::format("<title>{}</title>", escaped(title));
}

std::string_view word(Anchor anchor) {
  switch (anchor) {
    case Anchor::kMiddle:
      return " text-anchor=\"middle\"";
    case Anchor::kEnd:
      return " text-anchor=\"end\"";
    case Anchor::kStart:
      break;
  }
  return "";
}

}  // namespace

double width_of(std::string_view text, double size) {
  return static_cast<double>(length_of(text)) * size * kWidestCharacter;
}

std::size_t characters_in(double width, double size) {
  return width <= 0 ? 0 : static_cast<std::size_t>(width / (size * kWidestCharacter));
}

void Svg::line(double x1, double y1, double x2, double y2, std::string_view css_class) {
  fmt::format_to(std::back_inserter(body_),
                 "<line class=\"{}\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>\n", css_class, x1, y1,
                 x2, y2);
}

void Svg::rect(double x, double y, double width, double height, std::string_view css_class, std::string_view title) {
  fmt::format_to(std::back_inserter(body_),
                 "<rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\">{}</rect>\n",
                 css_class, x, y, width, height, title_of(title));
}

void Svg::text(double x, double y, std::string_view text, std::string_view css_class, Anchor anchor) {
  fmt::format_to(std::back_inserter(body_), "<text class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\"{}>{}</text>\n", css_class, x,
                 y, word(anchor), escaped(text));
}

void Svg::turned_text(double x, double y, std::string_view text, std::string_view css_class) {
  fmt::format_to(
      std::back_inserter(body_),
      "<text class=\"{0}\" text-anchor=\"middle\" transform=\"translate({1:.1f} {2:.1f}) rotate(-90)\">{3}</text>\n",
      css_class, x, y, escaped(text));
}

void Svg::polyline(const std::vector<std::pair<double, double>>& points, std::string_view css_class) {
  fmt::format_to(std::back_inserter(body_), R"(<polyline class="{}" points=")", css_class);
  for (const auto& [x, y] : points) fmt::format_to(std::back_inserter(body_), "{:.1f},{:.1f} ", x, y);
  body_ += "\"/>\n";
}

void Svg::marker(double x, double y, std::string_view kind, double radius, std::string_view title) {
  const std::string drawn = shape(x, y, kind, radius);
  fmt::format_to(std::back_inserter(body_), "{} class=\"mark {}\">{}</{}>\n", drawn, kind, title_of(title),
                 drawn.substr(1, drawn.find(' ') - 1));
}

std::string Svg::html(std::string_view id, std::string_view title, std::string_view description,
                      std::string_view css_class) const {
  return fmt::format(
      "<svg class=\"{0}\" viewBox=\"0 0 {1:.0f} {2:.0f}\" width=\"{1:.0f}\" height=\"{2:.0f}\" role=\"img\" "
      "aria-labelledby=\"{3}-title\" aria-describedby=\"{3}-description\">\n<title id=\"{3}-title\">{4}</title>\n"
      "<desc id=\"{3}-description\">{5}</desc>\n{6}</svg>\n",
      css_class, width_, height_, id, escaped(title), escaped(description), body_);
}

std::string marker_icon(std::string_view kind) {
  return fmt::format(
      "<svg class=\"icon\" viewBox=\"0 0 16 16\" width=\"16\" height=\"16\" aria-hidden=\"true\">{} class=\"mark "
      "{}\"/></svg>",
      shape(8, 8, kind, 5), kind);
}

std::string figure_of(const Chart& chart, const std::function<Svg(double width)>& draw) {
  std::string text = fmt::format("<figure id=\"{}\">\n", chart.id);
  if (!chart.legend.empty()) text += fmt::format("<div class=\"legend\">{}</div>\n", chart.legend);
  text += draw(kWide).html(chart.id + "-wide", chart.title, chart.description, "chart wide");
  text += draw(kNarrow).html(chart.id + "-narrow", chart.title, chart.description, "chart narrow");
  if (!chart.caption.empty()) text += fmt::format("<figcaption>{}</figcaption>\n", chart.caption);
  return text + chart.numbers + "</figure>\n";
}

}  // namespace expunge::html
