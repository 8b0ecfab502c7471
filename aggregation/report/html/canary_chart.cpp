// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "aggregation/report/html/figures.hpp"
#include "aggregation/report/html/markup.hpp"
#include "aggregation/report/html/row_plot.hpp"
#include "aggregation/report/html/sections.hpp"

namespace expunge::html {

namespace {

struct Marks {
  std::optional<double> remembered;
  std::optional<double> retrained;
};

std::optional<double> value_of(const MethodView& method) {
  return number_at(*method.json, {"canary", "value"});
}

std::optional<double> closed_of(const MethodView& method) {
  return number_at(*method.json, {"canary", "gap_closed"});
}

Svg draw(const std::vector<MethodView>& methods, const Marks& marks, double width) {
  const bool wide = width >= kWide;
  const RowPlot plot(width, names_of(methods), 30, wide ? 150 : 92);
  const Scale scale = Scale::linear(0, 100, plot.left() + 6, plot.right() - 6);
  Svg svg = plot.frame(scale, wide ? "what is left of the canary, %" : "left of the canary, %");
  if (marks.remembered) plot.line(svg, scale.at(100 * *marks.remembered), "identity");
  if (marks.retrained) plot.line(svg, scale.at(100 * *marks.retrained), "retraining");
  for (std::size_t row = 0; row < methods.size(); ++row) {
    const MethodView& method = methods[row];
    const double y = plot.middle(row);
    const std::optional<double> value = value_of(method);
    if (value) {
      if (marks.remembered) svg.line(scale.at(100 * *marks.remembered), y, scale.at(100 * *value), y, "way");
      svg.marker(scale.at(100 * *value), y, method.guarantee, 5.5,
                 fmt::format("{}: {}", method.label(80), figure(value, Figure::kPercent)));
    }
    const std::optional<double> closed = closed_of(method);
    if (wide || !closed) {
      svg.text(plot.words(), y + 4,
               closed ? fmt::format("{} closed", figure(closed, Figure::kPercent)) : "gap not measured", "value");
    } else {
      svg.text(plot.words(), y - 2, figure(closed, Figure::kPercent), "value");
      svg.text(plot.words(), y + 11, "closed", "value soft");
    }
  }
  return svg;
}

std::string described(const std::vector<MethodView>& methods, const Marks& marks) {
  std::string text = fmt::format("Dot chart of what is left of the canary: remembered {}, retrained {}.",
                                 figure(marks.remembered, Figure::kPercent), figure(marks.retrained, Figure::kPercent));
  for (const MethodView& method : methods)
    text += fmt::format(" {}: {}, gap closed {}.", method.name, figure(value_of(method), Figure::kPercent),
                        figure(closed_of(method), Figure::kPercent));
  return text;
}

std::string canary_numbers(const std::vector<MethodView>& methods) {
  DataTable table{.caption = "What is left of the canary", .header = {"method", "left", "gap closed"}, .rows = {}};
  for (const MethodView& method : methods)
    table.rows.push_back({escaped(method.label(400)), data(value_of(method), Figure::kPercent),
                          data(closed_of(method), Figure::kPercent)});
  return table.folded();
}

std::string told(const Json& canary, const Marks& marks) {
  std::string text = fmt::format(
      "<p>Planted: {} samples of one subject, in shard {}, slice {} (<code>{}</code>). Measured is {}: <b>{}</b> where "
      "nothing "
      "is forgotten, <b>{}</b> where the models never saw them.</p>\n",
      data(number_at(canary, {"samples"}), Figure::kCount), escaped(words_of(node_at(canary, {"shard"}))),
      escaped(words_of(node_at(canary, {"slice"}))), escaped(text_at(canary, {"spec"})),
      escaped(text_at(canary, {"measure"})), data(marks.remembered, Figure::kPercent),
      data(marks.retrained, Figure::kPercent));
  const Json& measurable = node_at(canary, {"measurable"});
  if (measurable.is_boolean() && !measurable.get<bool>())
    text += paragraph(
        "Not measurable: the two marks lie less than 0.2 apart, so the canary says nothing of any method here.",
        "warning");
  return text;
}

}  // namespace

std::string canary_section(const Json& document) {
  const Json& canary = node_at(document, {"canary"});
  if (!canary.is_object()) return {};
  const std::vector<MethodView> methods = methods_of(document);
  const Marks marks{.remembered = number_at(canary, {"remembered"}), .retrained = number_at(canary, {"retrained"})};
  std::string body = told(canary, marks);
  const auto charts = in_charts(methods);
  for (std::size_t i = 0; i < charts.size(); ++i)
    body += figure_of({.id = fmt::format("canary-{}", i + 1),
                       .title = "What is left of the canary" + part_of(charts[i], charts.size()),
                       .description = described(charts[i], marks),
                       .legend = "<span><i class=\"swatch dotted\"></i> remembered</span> <span><i class=\"swatch "
                                 "dashed\"></i> retrained</span>",
                       .caption = "",
                       .numbers = canary_numbers(charts[i])},
                      [&](double width) { return draw(charts[i], marks, width); });
  return section("canary", "The canary", body);
}

}  // namespace expunge::html
