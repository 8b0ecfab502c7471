// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "aggregation/report/html/figures.hpp"
#include "aggregation/report/html/markup.hpp"
#include "aggregation/report/html/scale.hpp"
#include "aggregation/report/html/sections.hpp"
#include "aggregation/report/html/svg.hpp"

namespace expunge::html {

namespace {

constexpr std::size_t kCharts = 48;  // more than a page is read for
constexpr std::size_t kRowsOfResiduals = 40;
constexpr std::size_t kDots = 80;  // of more points, the line alone is drawn

struct Fit {
  double a = 0;
  double alpha = 0;
  double b = 0;
  [[nodiscard]] double at(double x) const { return a * std::pow(x, -alpha) + b; }
};

struct ResidualPoint {
  double stage = 0;
  double delta = 0;
  bool stop = false;
  const Json* json = nullptr;
};

struct Series {
  const Json* json = nullptr;
  std::vector<ResidualPoint> points;  // identity stages are none
  std::optional<Fit> fit;             // the last there is
  double unit = 1;                    // of the fit, in the residual memory's own
};

std::optional<Fit> fit_of(const Json& point) {
  const auto a = number_at(point, {"fit", "a"});
  const auto alpha = number_at(point, {"fit", "alpha"});
  const auto b = number_at(point, {"fit", "b"});
  if (!a || !alpha || !b) return std::nullopt;
  return Fit{.a = *a, .alpha = *alpha, .b = *b};
}

// A least-squares line with a constant goes through the means, whatever unit it was fitted in: their ratio is the unit.
double unit_of(const std::vector<ResidualPoint>& points, std::size_t fitted, const Fit& fit) {
  double measured = 0;
  double expected = 0;
  for (std::size_t i = 0; i < fitted; ++i) {
    measured += points[i].delta;
    expected += fit.at(static_cast<double>(i + 1));
  }
  return expected > 0 && measured > 0 ? measured / expected : 0;
}

Series series_of(const Json& json) {
  Series series;
  series.json = &json;
  const Json& points = node_at(json, {"points"});
  if (!points.is_array()) return series;
  std::size_t fitted = 0;
  for (const Json& point : points) {
    const auto stage = number_at(point, {"stage"});
    const auto delta = number_at(point, {"delta"});
    if (!stage || !delta || text_at(point, {"rule"}) == "identity") continue;
    const Json& stop = node_at(point, {"stop"});
    series.points.push_back({*stage, *delta, stop.is_boolean() && stop.get<bool>(), &point});
    if (const auto fit = fit_of(point)) {
      series.fit = fit;
      fitted = series.points.size();
    }
  }
  if (series.fit) series.unit = unit_of(series.points, fitted, *series.fit);
  if (series.unit == 0) series.fit.reset();
  return series;
}

std::string name_of(const Json& json) {
  std::string name =
      fmt::format("shard {}, batch {}", words_of(node_at(json, {"shard"})), words_of(node_at(json, {"batch"})));
  const auto repetition = number_at(json, {"repetition"});
  if (repetition && *repetition > 0) name += fmt::format(", repetition {:.0f}", *repetition);
  return name;
}

std::string end_of(const Json& json) {
  const auto stage = number_at(json, {"stopped_after"});
  return stage ? fmt::format("stopped after stage {:.0f}", *stage) : "retrained to the end";
}

Svg draw(const Series& series) {
  constexpr double kResidualHeight = 210;
  constexpr double kLeft = 46;
  constexpr double kTop = 22;
  constexpr double kBottom = kResidualHeight - 40;
  Svg svg(kNarrow, kResidualHeight);
  double most = 0;
  for (const ResidualPoint& point : series.points) most = std::max(most, point.delta);
  const double first = series.points.front().stage;
  const double last = series.points.back().stage;
  const Scale y = Scale::linear(0, most * 1.05, kBottom, kTop);
  // As far as the stages go, and not to the next round number: the end is what counts here.
  const double span = std::max(1.0, last - first);
  const auto x = [&](double stage) { return kLeft + 8 + (stage - first) / span * (kNarrow - 18 - kLeft - 8); };
  for (const Tick& tick : y.ticks(34)) {
    svg.line(kLeft, tick.at, kNarrow - 6, tick.at, "grid");
    svg.text(kLeft - 5, tick.at + 4, tick.label, "tick", Anchor::kEnd);
  }
  const double step = std::max(1.0, std::ceil(span / 6));
  for (double stage = first; stage <= last + 0.5; stage += step)
    svg.text(x(stage), kBottom + 16, fmt::format("{:.0f}", stage), "tick", Anchor::kMiddle);
  svg.line(kLeft, kBottom, kNarrow - 6, kBottom, "frame");
  svg.text((kLeft + kNarrow) / 2, kResidualHeight - 6, "stage", "axis", Anchor::kMiddle);
  svg.turned_text(11, (kTop + kBottom) / 2, "residual memory", "axis");
  std::vector<std::pair<double, double>> line;
  for (const ResidualPoint& point : series.points) line.emplace_back(x(point.stage), y.at(point.delta));
  svg.polyline(line, "memory");
  if (series.fit) {
    constexpr int kSteps = 60;
    std::vector<std::pair<double, double>> curve;
    const auto count = static_cast<double>(series.points.size());
    for (int i = 0; i <= kSteps; ++i) {
      const double n = 1 + (count - 1) * i / kSteps;
      const auto below = std::min(series.points.size() - 1, static_cast<std::size_t>(n) - 1);
      const auto above = std::min(series.points.size() - 1, below + 1);
      const double part = n - std::floor(n);
      const double stage = series.points[below].stage * (1 - part) + series.points[above].stage * part;
      curve.emplace_back(x(stage), y.at(series.unit * series.fit->at(n)));
    }
    svg.polyline(curve, "fit");
  }
  for (const ResidualPoint& point : series.points) {
    const bool shown = point.stop || series.points.size() <= kDots;
    if (!shown) continue;
    svg.marker(x(point.stage), y.at(point.delta), point.stop ? "stop" : "dot", point.stop ? 5.5 : 2.4,
               fmt::format("stage {:.0f}: {}", point.stage, figure(point.delta, Figure::kPlain)));
  }
  const auto stopped = number_at(*series.json, {"stopped_after"});
  if (stopped) {
    const double at = x(std::clamp(*stopped, first, last));
    svg.line(at, kTop, at, kBottom, "stop-line");
  }
  svg.text(kNarrow - 6, kTop - 8, end_of(*series.json), "note stop", Anchor::kEnd);
  return svg;
}

std::string described(const Series& series) {
  const ResidualPoint& first = series.points.front();
  const ResidualPoint& last = series.points.back();
  std::string text =
      fmt::format("Line chart of {} retrained stages: residual memory {} at stage {:.0f}, {} at stage {:.0f}; {}.",
                  series.points.size(), figure(first.delta, Figure::kPlain), first.stage,
                  figure(last.delta, Figure::kPlain), last.stage, end_of(*series.json));
  if (series.fit)
    text += fmt::format(" Fitted in the rule's unit: {:.3g} times x to the power of minus {:.3g}, plus {:.3g}.",
                        series.fit->a, series.fit->alpha, series.fit->b);
  return text;
}

std::string residual_numbers(const Series& series) {
  const std::size_t count = series.points.size();
  const std::size_t step = (count + kRowsOfResiduals - 1) / kRowsOfResiduals;
  DataTable table{.caption = step == 1
                                 ? "Residual memory by stage"
                                 : fmt::format("Residual memory by stage: every {} of {}; report.json has them all",
                                               step == 2 ? "second" : fmt::format("{}th", step), count),
                  .header = {"stage", "residual memory", "rule", "slope"},
                  .rows = {}};
  for (std::size_t i = 0; i < count; ++i) {
    const ResidualPoint& point = series.points[i];
    if (i % step != 0 && i + 1 != count && !point.stop) continue;
    table.rows.push_back({fmt::format("{:.0f}", point.stage), data(point.delta, Figure::kPlain),
                          escaped(text_at(*point.json, {"rule"})),
                          data(number_at(*point.json, {"slope"}), Figure::kPlain)});
  }
  return table.folded("The numbers");
}

std::string fit_words(const Series& series) {
  if (!series.fit) return "no curve could be fitted";
  return fmt::format("fit {}{:.3g}·x^−{:.3g} {} {:.3g}", series.fit->a < 0 ? "−" : "", std::abs(series.fit->a),
                     series.fit->alpha, series.fit->b < 0 ? "−" : "+", std::abs(series.fit->b));
}

std::string chart_of(const Series& series, const std::string& id) {
  const std::string name = name_of(*series.json);
  const std::string why = text_at(*series.json, {"why"});
  std::string text = fmt::format("<figure class=\"small\" id=\"{}\">\n<h4>{}</h4>\n", id, escaped(name));
  if (series.points.empty()) return text + paragraph(why.empty() ? "No stage was retrained." : why) + "</figure>\n";
  text += draw(series).html(id, "Residual memory, " + name, described(series), "chart");
  text += fmt::format("<figcaption>{}{}<br>{}</figcaption>\n", escaped(end_of(*series.json)),
                      why.empty() ? "" : ": " + escaped(why), escaped(fit_words(series)));
  return text + residual_numbers(series) + "</figure>\n";
}

}  // namespace

std::string residual_section(const Json& document) {
  std::string body;
  std::size_t shown = 0;
  std::size_t left_out = 0;
  for (const MethodView& method : methods_of(document)) {
    const Json& all = node_at(*method.json, {"residual_memory"});
    if (!all.is_array() || all.empty()) continue;
    std::string charts;
    for (const Json& one : all) {
      if (shown == kCharts) {
        ++left_out;
        continue;
      }
      charts += chart_of(series_of(one), fmt::format("residual-{}", ++shown));
    }
    if (!charts.empty())
      body += fmt::format("<h3>{}</h3>\n<div class=\"multiples\">\n{}</div>\n", escaped(method.label(400)), charts);
  }
  if (body.empty()) return body;
  const std::string legend =
      "<div class=\"legend\"><span><i class=\"swatch memory\"></i> measured</span> <span><i class=\"swatch "
      "fitted\"></i> fitted "
      "curve</span> <span>" +
      marker_icon("stop") + " where retraining stopped</span></div>\n";
  if (left_out > 0) body += paragraph(fmt::format("{} more are in report.json.", left_out));
  return section(
      "residual", "Residual memory of the cut retrainings",
      paragraph(
          "How much each retrained stage still differs from what it did before. Retraining is cut short where the "
          "fitted curve has become flat; where it does not decay, it may not be cut.") +
          legend + body);
}

}  // namespace expunge::html
