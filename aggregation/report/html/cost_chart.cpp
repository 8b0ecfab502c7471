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
  double unit;  // of the axis: what it writes is so many times the distance

  [[nodiscard]] std::optional<double> turned(std::optional<double> value) const {
    return value && likeness ? std::optional<double>(std::max(0.0, 1 - *value)) : value;
  }
  [[nodiscard]] std::optional<double> of(const Json& method) const {
    return turned(number_at(method, {"consistency", key}));
  }
};

struct CostPoint {
  const MethodView* method;
  double cost;
  double distance;
};

// What one chart draws.
struct Picture {
  Measure measure;
  std::vector<CostPoint> points;
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
  for (const CostPoint& point : picture.points) {
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
  const double unit = picture.measure.unit;
  double most = 0;
  double least = 0;
  for (const CostPoint& point : picture.points) {
    most = std::max(most, point.distance);
    if (point.distance > 0 && (least == 0 || point.distance < least)) least = point.distance;
  }
  const double matters = std::max(picture.identity.value_or(0), picture.floor_most.value_or(0));
  if (matters > 0 && most > kTooFar * matters) {
    if (picture.floor_least && *picture.floor_least > 0) least = std::min(least, *picture.floor_least);
    return Scale::logarithmic(unit * least, unit * most, bottom - 24, top, bottom - 6);
  }
  return Scale::linear(0, unit * std::max(most, matters) * 1.05, bottom, top);
}

// A chart while it is drawn.
class Drawing {
 public:
  Drawing(const Picture& picture, double width)
      : picture_(picture),
        wide_(width >= kWide),
        plot_{wide_ ? 64.0 : 46.0, 22, width - 10, wide_ ? 380.0 : 330.0},
        svg_(width, plot_.bottom + 44),
        x_(cost_scale(picture, plot_.left, plot_.right, wide_ ? 54 : 36)),
        y_(distance_scale(picture, plot_.bottom, plot_.top)) {
    for (const CostPoint& point : picture_.points) {
      const double x = x_.at(point.cost);
      const double y = up(point.distance);
      taken_.push_back({x - kRoom, y - kRoom, x + kRoom, y + kRoom});
    }
  }

  [[nodiscard]] Svg drawn() {
    draw_frame();
    draw_retraining();
    // What is written keeps clear of both lines, so they come before any text.
    if (picture_.identity) draw_line(*picture_.identity, "identity");
    if (picture_.floor_most) draw_line(*picture_.floor_most, "floor-edge");
    if (picture_.identity)
      write_on_line(*picture_.identity, wide_ ? "identity: nothing is done" : "identity", "identity");
    if (picture_.floor_most)
      write_on_line(*picture_.floor_most, wide_ ? "floor: retrained in another order" : "floor", "floor-edge");
    draw_points();
    return svg_;
  }

 private:
  static constexpr double kRoom = 7;

  [[nodiscard]] double up(double distance) const { return y_.at(picture_.measure.unit * distance); }

  void draw_frame() {
    if (picture_.floor_least && picture_.floor_most) {
      const double top = up(*picture_.floor_most);
      svg_.rect(plot_.left, top, plot_.right - plot_.left, std::max(2.0, up(*picture_.floor_least) - top), "floor",
                "the floor: retrained once more, in another order");
    }
    for (const Tick& tick : y_.ticks(34)) {
      svg_.line(plot_.left, tick.at, plot_.right, tick.at, "grid");
      svg_.text(plot_.left - 6, tick.at + 4, tick.label, "tick", Anchor::kEnd);
    }
    for (const Tick& tick : x_.ticks(44)) {
      svg_.line(tick.at, plot_.top, tick.at, plot_.bottom + 4, "grid");
      svg_.text(tick.at, plot_.bottom + 17, tick.label, "tick", Anchor::kMiddle);
    }
    svg_.line(plot_.left, plot_.bottom, plot_.right, plot_.bottom, "frame");
    svg_.text((plot_.left + plot_.right) / 2, plot_.bottom + 36,
              wide_ ? "work: sample-gradients (logarithmic)" : "sample-gradients (logarithmic)", "axis",
              Anchor::kMiddle);
    svg_.turned_text(12, (plot_.top + plot_.bottom) / 2, picture_.measure.axis, "axis");
  }

  void draw_retraining() {
    if (!picture_.retraining || *picture_.retraining <= 0) return;
    constexpr std::string_view kText = "work of retraining";
    const double x = x_.at(*picture_.retraining);
    svg_.line(x, plot_.top, x, plot_.bottom, "retraining");
    svg_.text(std::clamp(x, plot_.left + width_of(kText), plot_.right), plot_.top - 7, kText, "note retraining",
              Anchor::kEnd);
    taken_.push_back({x - 1, plot_.top, x + 1, plot_.bottom});
  }

  void draw_line(double distance, std::string_view kind) {
    const double y = up(distance);
    svg_.line(plot_.left, y, plot_.right, y, kind);
    taken_.push_back({plot_.left, y - 1, plot_.right, y + 1});
  }

  void write_on_line(double distance, const std::string& text, std::string_view kind) {
    const auto label = place_on_line(up(distance), text, plot_, taken_);
    if (!label) return;
    svg_.text(label->box.right, label->box.bottom - 4, label->text, fmt::format("note {}", kind), Anchor::kEnd);
    taken_.push_back(label->box);
  }

  void draw_points() {
    std::vector<LabelledPoint> points;
    for (const CostPoint& point : picture_.points) {
      LabelledPoint& labelled = points.emplace_back(LabelledPoint{x_.at(point.cost), up(point.distance), {}});
      if (wide_ && picture_.points.size() <= kNamedPoints)
        labelled.texts = {point.method->label(36), point.method->label(22)};
      labelled.texts.push_back(fmt::to_string(point.method->number));
    }
    const auto labels = place_labels(points, {plot_.left + 2, 2, svg_.width() - 2, plot_.bottom - 1}, taken_);
    for (std::size_t i = 0; i < points.size(); ++i)
      if (labels[i]) draw_leader(points[i], labels[i]->box);
    for (std::size_t i = 0; i < points.size(); ++i) {
      const CostPoint& point = picture_.points[i];
      svg_.marker(points[i].x, points[i].y, point.method->guarantee, 5.5,
                  fmt::format("{}: {} sample-gradients, distance {}", point.method->label(80),
                              figure(point.cost, Figure::kCount), figure(point.distance, picture_.measure.figure)));
    }
    for (const auto& label : labels)
      if (label) svg_.text(label->box.left + 1, label->box.bottom - 4, label->text, "point-name");
  }

  // To a label that does not stand right beside its point.
  void draw_leader(const LabelledPoint& point, const Box& box) {
    constexpr double kBeside = 14;
    const double x = std::clamp(point.x, box.left, box.right);
    const double y = std::clamp(point.y, box.top + 3, box.bottom - 3);
    if (std::hypot(x - point.x, y - point.y) > kBeside) svg_.line(point.x, point.y, x, y, "leader");
  }

  const Picture& picture_;
  bool wide_;
  Box plot_;
  Svg svg_;
  Scale x_;
  Scale y_;
  std::vector<Box> taken_;
};

std::string described(const Picture& picture) {
  std::string text = fmt::format("Scatter chart. Across: sample-gradients, logarithmic. Up: {}.", picture.measure.axis);
  if (picture.identity)
    text += fmt::format(" Doing nothing lies at {}.", figure(picture.identity, picture.measure.figure));
  if (picture.floor_least && picture.floor_most)
    text += fmt::format(" The floor, retraining in another order, lies between {} and {}.",
                        figure(picture.floor_least, picture.measure.figure),
                        figure(picture.floor_most, picture.measure.figure));
  for (const CostPoint& point : picture.points)
    text += fmt::format(" {}: {} sample-gradients, distance {}.", point.method->name,
                        figure(point.cost, Figure::kCount), figure(point.distance, picture.measure.figure));
  return text;
}

std::string caption_of(const Picture& picture) {
  std::string text = "<p>Lower is nearer to retraining, further left is cheaper.";
  if (picture.floor_most) text += " Below the floor's upper edge nothing can be told from chance.";
  text += "</p>\n";
  if (picture.points.size() > kNamedPoints) {
    text += paragraph("Points carry the numbers that the methods have in the table above.");
  } else {
    text += "<p class=\"key narrow\">";
    for (const CostPoint& point : picture.points)
      text += fmt::format("<span><b>{}</b> {}</span> ", point.method->number, escaped(point.method->name));
    text += "</p>\n";
  }
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
                    [&](const CostPoint& point) { return point.method->guarantee == kind; }))
      legend += fmt::format("<span>{} {}</span> ", marker_icon(kind), kind == "none" ? "no guarantee" : kind);
  DataTable table{
      .caption = measure.heading, .header = {"method", "guarantee", "sample-gradients", measure.axis}, .rows = {}};
  for (const CostPoint& point : picture.points)
    table.rows.push_back({escaped(point.method->label(400)), escaped(point.method->guarantee),
                          data(point.cost, Figure::kCount), data(point.distance, measure.figure)});
  return fmt::format("<h3>{}</h3>\n", escaped(measure.heading)) +
         figure_of({.id = measure.id,
                    .title = measure.heading,
                    .description = described(picture),
                    .legend = legend,
                    .caption = caption_of(picture),
                    .numbers = table.folded()},
                   [&](double width) { return Drawing(picture, width).drawn(); });
}

}  // namespace

std::string cost_section(const Json& document) {
  const std::vector<MethodView> methods = methods_of(document);
  std::string body;
  for (const Measure& measure : {Measure{"cost-parameters", "Work against distance of the parameters",
                                         "distance of the parameters (l2)", "theta", false, Figure::kPlain, 1},
                                 Measure{"cost-answers", "Work against answers that differ",
                                         "test answers that differ, %", "y", true, Figure::kPercent, 100}}) {
    const Picture picture = picture_of(document, methods, measure);
    if (!picture.points.empty()) body += chart_of(picture);
  }
  return body.empty() ? body : section("cost", "Cost against distance to the retrained models", body);
}

}  // namespace expunge::html
