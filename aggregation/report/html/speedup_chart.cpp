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

constexpr double kBar = 11;

struct SpeedUps {
  std::optional<double> work;
  std::optional<double> seconds;
};

SpeedUps speedups_of(const MethodView& method) {
  return {.work = number_at(*method.json, {"speedup_sample_gradients"}),
          .seconds = number_at(*method.json, {"speedup_seconds"})};
}

std::string speedup_words(const MethodView& method, std::optional<double> value, Figure kind,
                          std::optional<double> cost) {
  if (value) return figure(value, kind);
  return cost && *cost == 0 && method.json != nullptr ? "no work" : "–";
}

// From 1×, as far as the factor goes: to the right where it is faster than retraining, to the left where it is slower.
void draw_bar(Svg& svg, const Scale& scale, double y, std::optional<double> value, const std::string& css_class,
              const std::string& title) {
  if (!value || *value <= 0) return;
  const double one = scale.at(1);
  const double end = scale.at(*value);
  svg.rect(std::min(one, end), y, std::max(1.5, std::abs(end - one)), kBar, css_class, title);
}

struct Range {
  double least = 1;
  double most = 2;
};

Range range_of(const std::vector<MethodView>& methods) {
  Range range;
  for (const MethodView& method : methods) {
    const SpeedUps speedups = speedups_of(method);
    for (const auto& value : {speedups.work, speedups.seconds}) {
      if (!value || *value <= 0) continue;
      range.least = std::min(range.least, *value);
      range.most = std::max(range.most, *value);
    }
  }
  return range;
}

Svg draw(const std::vector<MethodView>& methods, const Range& range, double width) {
  const RowPlot plot(width, names_of(methods), 32, 66);
  const Scale scale = Scale::logarithmic(range.least, range.most, plot.left(), plot.right());
  Svg svg = plot.frame(scale, width >= kWide ? "times faster than retraining from scratch (logarithmic)"
                                             : "times faster than retraining");
  for (std::size_t row = 0; row < methods.size(); ++row) {
    const MethodView& method = methods[row];
    const SpeedUps speedups = speedups_of(method);
    const double y = plot.middle(row);
    draw_bar(svg, scale, y - kBar - 1, speedups.work, "bar " + method.guarantee,
             fmt::format("{}: {} in sample-gradients", method.label(80), figure(speedups.work, Figure::kTimes)));
    draw_bar(svg, scale, y + 1, speedups.seconds, "bar hollow " + method.guarantee,
             fmt::format("{}: {} in seconds", method.label(80), figure(speedups.seconds, Figure::kTimes)));
    svg.text(plot.words(), y - 2, speedup_words(method, speedups.work, Figure::kTimes, method.cost), "value");
    svg.text(plot.words(), y + 11,
             speedup_words(method, speedups.seconds, Figure::kTimes, number_at(*method.json, {"seconds"})),
             "value soft");
  }
  plot.line(svg, scale.at(1), "retraining");
  return svg;
}

std::string described(const std::vector<MethodView>& methods) {
  std::string text =
      "Bar chart: how many times less work (sample-gradients), and how many times less time, than retraining.";
  for (const MethodView& method : methods) {
    const SpeedUps speedups = speedups_of(method);
    text += fmt::format(" {}: {} in work, {} in time.", method.name,
                        speedup_words(method, speedups.work, Figure::kTimes, method.cost),
                        speedup_words(method, speedups.seconds, Figure::kTimes, number_at(*method.json, {"seconds"})));
  }
  return text;
}

std::string speedup_numbers(const std::vector<MethodView>& methods) {
  DataTable table{
      .caption = "Speed-up over retraining, and over exact unlearning",
      .header = {"method", "over retraining, work", "over retraining, time", "over exact, work", "over exact, time"},
      .rows = {}};
  for (const MethodView& method : methods)
    table.rows.push_back({escaped(method.label(400)), data(speedups_of(method).work, Figure::kTimes),
                          data(speedups_of(method).seconds, Figure::kTimes),
                          data(number_at(*method.json, {"speedup_over_exact", "sample_gradients"}), Figure::kTimes),
                          data(number_at(*method.json, {"speedup_over_exact", "seconds"}), Figure::kTimes)});
  return table.folded();
}

}  // namespace

std::string speedup_section(const Json& document) {
  const std::vector<MethodView> methods = methods_of(document);
  if (methods.empty()) return {};
  const Range range = range_of(methods);
  const auto charts = in_charts(methods);
  std::string body;
  for (std::size_t i = 0; i < charts.size(); ++i) {
    const std::vector<MethodView>& shown = charts[i];
    body += figure_of(
        {.id = fmt::format("speedups-{}", i + 1),
         .title = "Speed-up over retraining from scratch" + part_of(shown, charts.size()),
         .description = described(shown),
         .legend =
             "<span><i class=\"swatch\"></i> filled: in sample-gradients</span> <span><i class=\"swatch hollow\"></i> "
             "outlined: in seconds</span>",
         .caption = "",
         .numbers = speedup_numbers(shown)},
        [&](double width) { return draw(shown, range, width); });
  }
  return section("speedups", "Speed-ups", body);
}

}  // namespace expunge::html
