// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
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

constexpr std::array<std::string_view, 3> kSets = {"test", "retain", "forget"};

// Of which models: the key of the document, and how people call it.
struct Models {
  std::string id;
  std::string key;
  std::string heading;
};

std::optional<double> accuracy_of(const Json& method, const Models& models, std::string_view set) {
  return number_at(method, {models.key, set});
}

double least_of(const std::vector<MethodView>& methods, const Models& models) {
  double least = 0.99;
  for (const MethodView& method : methods)
    for (const std::string_view set : kSets)
      least = std::min(least, accuracy_of(*method.json, models, set).value_or(1));
  return std::max(0.0, least);
}

Svg draw(const std::vector<MethodView>& methods, const Json& reference, const Models& models, double least,
         double width) {
  constexpr double kStep = 13;
  const RowPlot plot(width, names_of(methods), 44, 66);
  const Scale scale = Scale::linear(100 * least, 100, plot.left() + 6, plot.right() - 6);
  Svg svg = plot.frame(scale, "accuracy, %");
  for (const std::string_view set : kSets)
    if (const auto value = accuracy_of(reference, models, set))
      plot.line(svg, scale.at(100 * *value), fmt::format("mark-line {}", set));
  for (std::size_t row = 0; row < methods.size(); ++row) {
    double y = plot.middle(row) - kStep;
    for (const std::string_view set : kSets) {
      const auto value = accuracy_of(*methods[row].json, models, set);
      if (value)
        svg.marker(scale.at(100 * *value), y, set, 4.5,
                   fmt::format("{}: {} on the {} set", methods[row].label(80), figure(value, Figure::kPercent), set));
      svg.text(plot.words(), y + 4, figure(value, Figure::kPercent), fmt::format("value {}", set));
      y += kStep;
    }
  }
  return svg;
}

std::string described(const std::vector<MethodView>& methods, const Models& models) {
  std::string text = "Dot chart: accuracy on the test set, on what was kept and on what was to be forgotten.";
  for (const MethodView& method : methods)
    text += fmt::format(" {}: {}, {}, {}.", method.name,
                        figure(accuracy_of(*method.json, models, "test"), Figure::kPercent),
                        figure(accuracy_of(*method.json, models, "retain"), Figure::kPercent),
                        figure(accuracy_of(*method.json, models, "forget"), Figure::kPercent));
  return text;
}

std::string accuracy_numbers(const std::vector<MethodView>& methods, const Models& models) {
  DataTable table{.caption = models.heading, .header = {"method", "test", "retain", "forget"}, .rows = {}};
  for (const MethodView& method : methods) {
    std::vector<std::string>& row = table.rows.emplace_back();
    row.push_back(escaped(method.label(400)));
    for (const std::string_view set : kSets)
      row.push_back(data(accuracy_of(*method.json, models, set), Figure::kPercent));
  }
  return table.folded();
}

std::string charts_of(const std::vector<MethodView>& methods, const Json& reference, const Models& models) {
  const double least = least_of(methods, models);
  const auto charts = in_charts(methods);
  std::string body = fmt::format("<h3>{}</h3>\n", escaped(models.heading));
  std::string legend;
  for (const std::string_view set : kSets) legend += fmt::format("<span>{} {}</span> ", marker_icon(set), set);
  legend += "<span><i class=\"swatch dashed\"></i> of the retrained models</span>";
  for (std::size_t i = 0; i < charts.size(); ++i)
    body += figure_of({.id = fmt::format("{}-{}", models.id, i + 1),
                       .title = models.heading + part_of(charts[i], charts.size()),
                       .description = described(charts[i], models),
                       .legend = legend,
                       .caption = "",
                       .numbers = accuracy_numbers(charts[i], models)},
                      [&](double width) { return draw(charts[i], reference, models, least, width); });
  return body;
}

}  // namespace

std::string accuracy_section(const Json& document) {
  const std::vector<MethodView> methods = methods_of(document);
  std::string body;
  for (const Models& models :
       {Models{"accuracy-ensemble", "accuracy", "Accuracy of the ensemble"},
        Models{"accuracy-constituents", "constituent_accuracy", "Accuracy of the affected models alone"}}) {
    const bool any = std::any_of(methods.begin(), methods.end(), [&](const MethodView& method) {
      return std::any_of(kSets.begin(), kSets.end(),
                         [&](std::string_view set) { return accuracy_of(*method.json, models, set).has_value(); });
    });
    if (any) body += charts_of(methods, node_at(document, {"reference"}), models);
  }
  if (body.empty()) return body;
  return section(
      "accuracy-by-set", "Accuracy by set",
      paragraph("Good is what lies on the dashed lines: as accurate as the retrained models on every set, on the "
                "forgotten samples too. Much less there is not more forgetting, but another trace of them.") +
          body);
}

}  // namespace expunge::html
