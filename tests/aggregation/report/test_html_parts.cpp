// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "aggregation/report/html/figures.hpp"
#include "aggregation/report/html/labels.hpp"
#include "aggregation/report/html/markup.hpp"
#include "aggregation/report/html/scale.hpp"

using namespace expunge;
using html::Figure;

TEST_CASE("a long name is shortened in its middle, between whole characters") {
  CHECK(html::shortened("neggrad+", 8) == "neggrad+");
  CHECK(html::shortened("deepobliviate:epsilon=0.1", 9) == "deep…=0.1");
  CHECK(html::shortened("äöüäöü", 5) == "äö…öü");
  CHECK(html::length_of("äöü…") == 4);
}

TEST_CASE("a name of several lines breaks after a comma or a colon, and only its end is shortened") {
  using Lines = std::vector<std::string>;

  CHECK(html::wrapped("exact", 10, 2) == Lines{"exact"});
  CHECK(html::wrapped("finetune:epochs=1", 12, 2) == Lines{"finetune:", "epochs=1"});
  CHECK(html::wrapped("abcdefghij", 6, 2) == Lines{"abcdef", "ghij"});
  CHECK(html::wrapped("method:one=1,two=2,three=3", 12, 2) == Lines{"method:", "one=1…hree=3"});
}

TEST_CASE("figures keep three or four digits that count, and a dash stands for nothing") {
  CHECK(html::figure(std::nullopt, Figure::kTimes) == "–");
  CHECK(html::figure(66.66, Figure::kTimes) == "66.7×");
  CHECK(html::figure(1'234'567, Figure::kCount) == "1,234,567");
  CHECK(html::figure(999, Figure::kCount) == "999");
  CHECK(html::figure(-1234, Figure::kCount) == "−1,234");
  CHECK(html::figure(0.00312, Figure::kSeconds) == "0.00312 s");
  CHECK(html::figure(125, Figure::kSeconds) == "2 min 05 s");
  CHECK(html::figure(4 * 3600 + 59 * 60 + 31, Figure::kSeconds) == "4 h 59 min");
  CHECK(html::figure(0.97312, Figure::kPercent) == "97.31 %");
  CHECK(html::figure(53'400'000, Figure::kBytes) == "53.4 MB");
  CHECK(html::figure(-0.5, Figure::kPlain) == "−0.5");
}

TEST_CASE("a logarithmic axis gives equal room to equal factors, and zero a place of its own") {
  const html::Scale scale = html::Scale::logarithmic(1, 1000, 100, 400, 50);

  CHECK(scale.at(10) == doctest::Approx(200));
  CHECK(scale.at(100) == doctest::Approx(300));
  CHECK(scale.at(0) == 50);
  CHECK(scale.at(1e9) == 400);
  const std::vector<html::Tick> ticks = scale.ticks(60);
  REQUIRE(ticks.size() == 5);
  CHECK(ticks[0].label == "0");
  CHECK(ticks[4].label == "1k");
}

TEST_CASE("a linear axis ends at round numbers and may grow downwards") {
  const html::Scale scale = html::Scale::linear(0, 6.6, 300, 0);

  CHECK(scale.at(0) == 300);
  CHECK(scale.at(8) == 0);
  CHECK(scale.at(4) == doctest::Approx(150));
  CHECK(scale.ticks(60).back().label == "8");
}

TEST_CASE("labels lie neither on each other nor on a point nor out of the chart") {
  std::vector<html::LabelledPoint> points;
  points.reserve(40);
  for (int i = 0; i < 40; ++i)
    points.push_back(
        {100 + 8.0 * (i % 8), 100 + 9.0 * std::floor(i / 8.0), {"a name of some length", std::to_string(i)}});
  const html::Box bounds{0, 0, 400, 300};
  const html::Box taken{150, 0, 250, 60};

  const auto labels = html::place_labels(points, bounds, {taken});

  std::vector<html::Box> placed;
  for (const auto& label : labels) {
    if (!label) continue;
    CHECK(label->box.within(bounds));
    CHECK(!label->box.overlaps(taken));
    for (const html::Box& other : placed) CHECK(!label->box.overlaps(other));
    for (const html::LabelledPoint& point : points)
      CHECK(!label->box.overlaps({point.x - 5, point.y - 5, point.x + 5, point.y + 5}));
    placed.push_back(label->box);
  }
  CHECK(placed.size() > 20);
}

TEST_CASE("a point that is alone has its name right beside it, and one for whose name there is no room its number") {
  const auto alone = html::place_labels({{50, 50, {"identity", "1"}}}, {0, 0, 300, 100}, {});
  const auto cramped =
      html::place_labels({{50, 50, {"a name that is too long for so narrow a chart", "1"}}}, {0, 0, 100, 100}, {});

  REQUIRE(alone[0]);
  CHECK(alone[0]->text == "identity");
  CHECK(alone[0]->box.left == 60);
  REQUIRE(cramped[0]);
  CHECK(cramped[0]->text == "1");
}
