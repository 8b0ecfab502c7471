// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "aggregation/report/html/figures.hpp"
#include "aggregation/report/html/labels.hpp"
#include "aggregation/report/html/markup.hpp"
#include "aggregation/report/html/scale.hpp"
#include "aggregation/report/html/sections.hpp"
#include "aggregation/report/html/svg.hpp"

namespace expunge::html {

namespace {

constexpr std::size_t kNamedPoints = 12;  // of more, charts write the numbers alone

// A distance to the retrained models as this chart draws it: 0 is no distance.
struct Measure {
  std::string id;
  std::string heading;
  std::string axis;
  std::string key;  // in `consistency` and in `floor.order`
  bool likeness;    // the document has the share that is equal; drawn is the share that differs
  Figure figure;

  [[nodiscard]] std::optional<double> turned(std::optional<double> value) const {
    return value && likeness ? std::optional<double>(std::max(0.0, 1 - *value)) : value;
  }
  [[nodiscard]] std::optional<double> of(const Json& method) const {
    return turned(number_at(method, {"consistency", key}));
  }
};

struct Point {
  const MethodView* method;
  double cost;
  double distance;
};

// What one chart draws.
struct Picture {
  Measure measure;
  std::vector<Point> points;
  std::vector<const MethodView*> missing;
  std::optional<double> identity;
  std::optional<double> floor_least;
  std::optional<double> floor_most;
  std::optional<double> retraining;  // cost
};

Picture picture_of(const Json& document, const std::vector<MethodView>& methods, const Measure& measure) {
  Picture picture{.measure = measure,
                  .points = {},
                  .missing = {},
                  .identity = {},
                  .floor_least = {},
                  .floor_most = {},
                  .retraining = number_at(document, {"reference", "sample_gradients"})};
  const Json& floor = node_at(document, {"floor", "order", measure.key});
  picture.floor_least = measure.turned(number_at(floor, {measure.likeness ? "most" : "least"}));
  picture.floor_most = measure.turned(number_at(floor, {measure.likeness ? "least" : "most"}));
  for (const MethodView& method : methods) {
    const std::optional<double> distance = measure.of(*method.json);
    if (method.name == "identity") picture.identity = distance;
    if (method.cost && distance) {
      picture.points.push_back({&method, *method.cost, *distance});
    } else {
      picture.missing.push_back(&method);
    }
  }
  return picture;
}

Scale cost_scale(const Picture& picture, double from, double to, double gutter) {
  double least = picture.retraining.value_or(0);
  double most = least;
  bool zero = false;
  for (const Point& point : picture.points) {
    if (point.cost > 0 && (least <= 0 || point.cost < least)) least = point.cost;
    most = std::max(most, point.cost);
    zero = zero || point.cost <= 0;
  }
  if (least <= 0) least = most = 1;
  return zero ? Scale::logarithmic(least, most, from + gutter, to, from + gutter / 3)
              : Scale::logarithmic(least, most, from, to);
}

// From 0, and linear as long as what matters, the floor and doing nothing, is more than a line at the bottom of it.
Scale distance_scale(const Picture& picture, double bottom, double top) {
  constexpr double kTooFar = 12;
  double most = 0;
  double least = 0;
  for (const Point& point : picture.points) {
    most = std::max(most, point.distance);
    if (point.distance > 0 && (least == 0 || point.distance < least)) least = point.distance;
  }
  const double matters = std::max(picture.identity.value_or(0), picture.floor_most.value_or(0));
  if (matters > 0 && most > kTooFar * matters) {
    if (picture.floor_least && *picture.floor_least > 0) least = std::min(least, *picture.floor_least);
    return Scale::logarithmic(least, most, bottom - 24, top, bottom - 6);
  }
  return Scale::linear(0, std::max(most, matters) * 1.05, bottom, top);
}

void draw_line(Svg& svg, double y, const std::string& text, std::string_view kind, const Box& plot,
               std::vector<Box>& taken) {
  svg.line(plot.left, y, plot.right, y, kind);
  const auto label = place_on_line(y, text, plot, taken);
  if (!label) return;
  svg.text(label->box.right, label->box.bottom - 4, label->text, fmt::format("note {}", kind), Anchor::kEnd);
  taken.push_back(label->box);
}

Svg draw(const Picture& picture, double width) {
  const bool wide = width >= kWide;
  const Box plot{wide ? 64.0 : 46.0, 22, width - 10, wide ? 380.0 : 330.0};
  const Measure& measure = picture.measure;
  Svg svg(width, plot.bottom + 44);
  const Scale x = cost_scale(picture, plot.left, plot.right, wide ? 54 : 36);
  const Scale y = distance_scale(picture, plot.bottom, plot.top);
  std::vector<Box> taken;
  for (const Point& point : picture.points) {
    const double at = x.at(point.cost);
    const double up = y.at(point.distance);
    taken.push_back({at - 7, up - 7, at + 7, up + 7});
  }
  if (picture.floor_least && picture.floor_most) {
    const double top = y.at(*picture.floor_most);
    svg.rect(plot.left, top, plot.right - plot.left, std::max(2.0, y.at(*picture.floor_least) - top), "floor",
             "the floor: retrained once more, in another order");
  }
  for (const Tick& tick : y.ticks(34)) {
    svg.line(plot.left, tick.at, plot.right, tick.at, "grid");
    svg.text(plot.left - 6, tick.at + 4, tick.label, "tick", Anchor::kEnd);
  }
  for (const Tick& tick : x.ticks(44)) {
    svg.line(tick.at, plot.top, tick.at, plot.bottom + 4, "grid");
    svg.text(tick.at, plot.bottom + 17, tick.label, "tick", Anchor::kMiddle);
  }
  svg.line(plot.left, plot.bottom, plot.right, plot.bottom, "frame");
  svg.text((plot.left + plot.right) / 2, plot.bottom + 36,
           wide ? "work: sample-gradients (logarithmic)" : "sample-gradients (logarithmic)", "axis", Anchor::kMiddle);
  svg.turned_text(12, (plot.top + plot.bottom) / 2, measure.axis, "axis");
  if (picture.retraining && *picture.retraining > 0) {
    const double at = x.at(*picture.retraining);
    svg.line(at, plot.top, at, plot.bottom, "retraining");
    svg.text(std::min(at, plot.right), plot.top - 7, "work of retraining", "note retraining", Anchor::kEnd);
  }
  if (picture.identity)
    draw_line(svg, y.at(*picture.identity), wide ? "identity: nothing is done" : "identity", "identity", plot, taken);
  if (picture.floor_most)
    draw_line(svg, y.at(*picture.floor_most), wide ? "floor: retrained in another order" : "floor", "floor-edge", plot,
              taken);

  std::vector<LabelledPoint> points;
  for (const Point& point : picture.points) {
    LabelledPoint& labelled = points.emplace_back(LabelledPoint{x.at(point.cost), y.at(point.distance), {}});
    if (wide && picture.points.size() <= kNamedPoints)
      labelled.texts = {point.method->label(36), point.method->label(22)};
    labelled.texts.push_back(fmt::to_string(point.method->number));
  }
  const Box bounds{plot.left + 2, 2, width - 2, plot.bottom - 1};
  const auto labels = place_labels(points, bounds, taken);
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!labels[i]) continue;
    const Box& box = labels[i]->box;
    const double nearest_x = std::clamp(points[i].x, box.left, box.right);
    const double nearest_y = std::clamp(points[i].y, box.top + 3, box.bottom - 3);
    if (std::hypot(nearest_x - points[i].x, nearest_y - points[i].y) > 14)
      svg.line(points[i].x, points[i].y, nearest_x, nearest_y, "leader");
  }
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Point& point = picture.points[i];
    svg.marker(points[i].x, points[i].y, point.method->guarantee, 5.5,
               fmt::format("{}: {} sample-gradients, distance {}", point.method->label(80),
                           figure(point.cost, Figure::kCount), figure(point.distance, measure.figure)));
  }
  for (const auto& label : labels)
    if (label) svg.text(label->box.left + 1, label->box.bottom - 4, label->text, "point-name");
  return svg;
}

std::string described(const Picture& picture) {
  std::string text = fmt::format("Scatter chart. Across: sample-gradients, logarithmic. Up: {}.", picture.measure.axis);
  if (picture.identity)
    text += fmt::format(" Doing nothing lies at {}.", figure(picture.identity, picture.measure.figure));
  if (picture.floor_least && picture.floor_most)
    text += fmt::format(" The floor, retraining in another order, lies between {} and {}.",
                        figure(picture.floor_least, picture.measure.figure),
                        figure(picture.floor_most, picture.measure.figure));
  for (const Point& point : picture.points)
    text += fmt::format(" {}: {} sample-gradients, distance {}.", point.method->name,
                        figure(point.cost, Figure::kCount), figure(point.distance, picture.measure.figure));
  return text;
}

std::string caption_of(const Picture& picture) {
  std::string text =
      "<p>Lower is nearer to retraining, further left is cheaper. Below the floor's upper edge nothing can be told "
      "from chance.</p>\n";
  const bool numbered = picture.points.size() > kNamedPoints;
  text += fmt::format("<p class=\"key{}\">", numbered ? "" : " narrow");
  for (const Point& point : picture.points)
    text += fmt::format("<span><b>{}</b> {}</span> ", point.method->number, escaped(point.method->name));
  text += "</p>\n";
  if (picture.missing.empty()) return text;
  std::string names;
  for (const MethodView* method : picture.missing) names += (names.empty() ? "" : ", ") + method->label(400);
  return text + paragraph("Not drawn, for it has no such distance: " + names + ".");
}

std::string chart_of(const Picture& picture) {
  const Measure& measure = picture.measure;
  std::string legend;
  for (const std::string_view kind : {"exact", "certified", "heuristic", "none"})
    if (std::any_of(picture.points.begin(), picture.points.end(),
                    [&](const Point& point) { return point.method->guarantee == kind; }))
      legend += fmt::format("<span>{} {}</span> ", marker_icon(kind), kind == "none" ? "no guarantee" : kind);
  DataTable table{
      .caption = measure.heading, .header = {"method", "guarantee", "sample-gradients", measure.axis}, .rows = {}};
  for (const Point& point : picture.points)
    table.rows.push_back({escaped(point.method->label(400)), escaped(point.method->guarantee),
                          data(point.cost, Figure::kCount), data(point.distance, measure.figure)});
  return fmt::format("<h3>{}</h3>\n", escaped(measure.heading)) +
         figure_of({.id = measure.id,
                    .title = measure.heading,
                    .description = described(picture),
                    .legend = legend,
                    .caption = caption_of(picture),
                    .numbers = table.folded()},
                   [&](double width) { return draw(picture, width); });
}

}  // namespace

std::string cost_section(const Json& document) {
  const std::vector<MethodView> methods = methods_of(document);
  std::string body;
  for (const Measure& measure : {Measure{"cost-parameters", "Work against distance of the parameters",
                                         "distance of the parameters (l2)", "theta", false, Figure::kPlain},
                                 Measure{"cost-answers", "Work against answers that differ",
                                         "share of test answers that differ", "y", true, Figure::kPercent}}) {
    const Picture picture = picture_of(document, methods, measure);
    if (!picture.points.empty()) body += chart_of(picture);
  }
  return body.empty() ? body : section("cost", "Cost against distance to the retrained models", body);
}

}  // namespace expunge::html
