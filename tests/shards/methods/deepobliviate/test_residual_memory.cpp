// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "framework/core/error.hpp"
#include "shards/methods/deepobliviate/residual_memory.hpp"

using namespace expunge;

namespace {

using Series = std::vector<double>;

StopRule rule(double epsilon, SlopeUnit unit = SlopeUnit::kRelative) {
  return {.epsilon = epsilon, .unit = unit, .least_points = 5};
}

/// Stages 4, 5, … with these residual memories, the rule free to stop at any of them.
ResidualMemory memory_of(const Series& series, const StopRule& rule, std::uint64_t parameters = 10) {
  ResidualMemory memory(rule, parameters);
  for (std::uint32_t i = 0; i < series.size(); ++i) (void)memory.add(SliceId(4 + i), series[i], true);
  return memory;
}

/// 8·x^−1: the grid's own exponent, so that a fit over any number of points is this one.
Series decaying(int count) {
  Series series;
  for (int x = 1; x <= count; ++x) series.push_back(8.0 / x);
  return series;
}

nlohmann::json json_of(const ResidualMemory& memory) {
  return nlohmann::json::parse(memory.to_json());
}

}  // namespace

TEST_CASE("a memory that decays stops where the fitted slope is smaller in size than epsilon") {
  // Relative, the series is 1/x, and its slope at x is −1/x²: −1/25 at the fifth point, −1/36 at the sixth.
  const auto at_fifth = memory_of(decaying(5), rule(0.041)).points().back();
  const auto not_at_fifth = memory_of(decaying(5), rule(0.039)).points().back();
  const auto at_sixth = memory_of(decaying(6), rule(0.039)).points().back();

  CHECK(at_fifth.stop);
  CHECK(at_fifth.rule == "grid");
  CHECK(at_fifth.slope.value() == doctest::Approx(-0.04).epsilon(1e-6));
  CHECK(at_fifth.fit.value().a == doctest::Approx(1));
  CHECK(at_fifth.fit.value().alpha == 1.0);
  CHECK(std::abs(at_fifth.fit.value().b) < 1e-9);
  CHECK_FALSE(not_at_fifth.stop);
  CHECK(at_sixth.stop);
}

TEST_CASE("a slope is held against epsilon in the unit that was asked for") {
  // The series 8/x over ten parameters has the slope −8/25 at its fifth point, −0.8/25 for each parameter, and −1/25 of
  // the first.
  const auto slope = [](SlopeUnit unit) { return memory_of(decaying(5), rule(0.3, unit)).points().back(); };

  CHECK(slope(SlopeUnit::kNone).slope.value() == doctest::Approx(-0.32).epsilon(1e-6));
  CHECK_FALSE(slope(SlopeUnit::kNone).stop);
  CHECK(slope(SlopeUnit::kPerParameter).slope.value() == doctest::Approx(-0.032).epsilon(1e-6));
  CHECK(slope(SlopeUnit::kPerParameter).stop);
  CHECK(slope(SlopeUnit::kRelative).slope.value() == doctest::Approx(-0.04).epsilon(1e-6));
  CHECK(slope(SlopeUnit::kRelative).fit.value().a == doctest::Approx(1));
  CHECK(slope(SlopeUnit::kNone).delta == doctest::Approx(1.6));
  CHECK(slope(SlopeUnit::kRelative).delta == doctest::Approx(1.6));
}

TEST_CASE("fewer points than the least never stop, whatever epsilon is") {
  const auto memory = memory_of(decaying(5), rule(1e9));

  for (std::size_t i = 0; i < 4; ++i) {
    INFO("point ", i + 1);
    CHECK(memory.points()[i].rule == "few points");
    CHECK_FALSE(memory.points()[i].stop);
    CHECK_FALSE(memory.points()[i].fit.has_value());
  }
  CHECK(memory.points()[4].stop);
}

TEST_CASE("from sixteen points on, the exponent comes from the series' fluctuations") {
  const Series series = decaying(16);
  const auto points = memory_of(series, rule(1e-9, SlopeUnit::kNone)).points();

  CHECK(points[14].rule == "grid");
  CHECK(points[15].rule == "dfa");
  CHECK(points[15].fit.value().alpha == fluctuation_exponent(series).value());
  CHECK(points[15].fit.value().a == fit_power_law(series, points[15].fit.value().alpha).value().a);
}

TEST_CASE("a rising memory never stops, with few points or many") {
  Series rising;
  for (int x = 1; x <= 40; ++x) rising.push_back(1 + 0.001 * x);

  const auto memory = memory_of(rising, rule(1e9));

  for (std::size_t i = 4; i < memory.points().size(); ++i) {
    INFO("point ", i + 1);
    CHECK(memory.points()[i].rule == "no decay");
    CHECK_FALSE(memory.points()[i].stop);
  }
  CHECK(memory.points()[4].fit.value().a < 0);
  CHECK(json_of(memory)["why"] ==
        "not stopped: of 40 stages at which it might have been, 4 came before there were 5 "
        "points, 36 had a residual memory that does not decay");
}

TEST_CASE("a memory that jumps about above its first value never stops, though a falling curve fits it") {
  const Series jumping = {1, 3, 1.1, 1.05, 1.01};
  REQUIRE(fit_power_law(jumping).value().a > 0);

  CHECK(memory_of(jumping, rule(1e9)).points().back().rule == "no decay");
  CHECK_FALSE(memory_of(jumping, rule(1e9)).points().back().stop);
}

TEST_CASE("a memory that falls first and grows later does not decay") {
  // One sample taken from the middle of a training that is chaotic: the series as it was once measured.
  const Series measured = {1, 1.3, 0.6, 0.7, 1.5, 1.8, 1.6, 3.9, 6.7, 19};

  const auto memory = memory_of(measured, rule(1e9));

  CHECK(memory.points().size() == 10);
  for (const auto& point : memory.points()) CHECK_FALSE(point.stop);
}

TEST_CASE("a constant memory never stops, with few points or many") {
  for (const double level : {0.0, 0.2, 7.0}) {
    INFO("level ", level);
    const auto memory = memory_of(Series(70, level), rule(1e9));

    for (std::size_t i = 4; i < 70; ++i) {
      CHECK(memory.points()[i].rule == "no variation");
      CHECK_FALSE(memory.points()[i].stop);
    }
  }
}

TEST_CASE("many points of which a window size sees no fluctuation never stop") {
  Series step(8, 3.0);
  step.insert(step.end(), 8, 1.0);

  const auto point = memory_of(step, rule(1e9)).points().back();

  CHECK(point.rule == "no variation");
  CHECK_FALSE(point.stop);
}

TEST_CASE("memories that are not finite, and those relative to zero, never stop") {
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  for (Series series : {Series{5, 4, kNaN, 2, 1}, Series{5, 4, 3, 2, kInfinite}, Series{0, 4, 3, 2, 1}}) {
    CHECK(memory_of(series, rule(1e9)).points().back().rule == "no decay");
    CHECK_FALSE(memory_of(series, rule(1e9)).points().back().stop);
    series.insert(series.end(), 15, 0.5);
    CHECK_FALSE(memory_of(series, rule(1e9)).points().back().stop);
  }
  CHECK(json_of(memory_of({5, 4, kNaN, 2, 1}, rule(1)))["points"][2]["delta"].is_null());
}

TEST_CASE("an epsilon of zero never tests") {
  const auto memory = memory_of(decaying(40), rule(0));

  for (const auto& point : memory.points()) {
    CHECK(point.rule == "not tested");
    CHECK_FALSE(point.stop);
    CHECK_FALSE(point.fit.has_value());
  }
  CHECK(json_of(memory)["why"] == "not stopped: epsilon is 0, so nothing was tested");
}

TEST_CASE("nothing stops while deleted samples are still to come, and the first stage after them may") {
  ResidualMemory memory(rule(1e9), 10);
  const Series series = decaying(8);
  for (std::uint32_t i = 0; i < 7; ++i) {
    const auto& point = memory.add(SliceId(4 + i), series[i], false);
    CHECK(point.rule == "last touched stage");
    CHECK_FALSE(point.stop);
    CHECK(point.fit.has_value() == (i >= 4));
  }
  CHECK(json_of(memory)["why"] == "not stopped: there was no stage at which it might have been");

  CHECK(memory.add(SliceId(11), series[7], true).stop);
}

TEST_CASE("identity stages are no points of the series") {
  const Series series = decaying(6);
  const auto without = memory_of(series, rule(1e-9));
  ResidualMemory with(rule(1e-9), 10);
  with.add_identity(SliceId(4));
  for (std::uint32_t i = 0; i < 6; ++i) {
    (void)with.add(SliceId(5 + 2 * i), series[i], true);
    with.add_identity(SliceId(6 + 2 * i));
  }

  CHECK(with.points()[0].rule == "identity");
  CHECK_FALSE(with.points()[0].stop);
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK(with.points()[1 + 2 * i].rule == without.points()[i].rule);
    CHECK(with.points()[1 + 2 * i].slope == without.points()[i].slope);
  }
}

TEST_CASE("a state that is the stored one again stops at any epsilon, but not where nothing may") {
  for (const double epsilon : {0.0, 0.1}) {
    INFO("epsilon ", epsilon);
    ResidualMemory memory(rule(epsilon), 10);
    (void)memory.add(SliceId(4), 1, false);
    memory.set_unchanged();
    CHECK(memory.points().back().rule == "unchanged");
    CHECK_FALSE(memory.points().back().stop);

    (void)memory.add(SliceId(5), 0, true);
    memory.set_unchanged();
    CHECK(memory.points().back().stop);
    CHECK(json_of(memory)["stopped_after"] == 5);
    CHECK(json_of(memory)["why"] == "the state after stage 5 is the stored one, bit for bit");
  }
  ResidualMemory empty(rule(0.1), 10);
  CHECK_THROWS_AS(empty.set_unchanged(), Bug);
}

TEST_CASE("the JSON has every key, and says after which stage it stopped and why") {
  ResidualMemory memory(rule(0.041), 10);
  memory.add_identity(SliceId(3));
  for (std::uint32_t i = 0; i < 5; ++i) (void)memory.add(SliceId(4 + i), decaying(5)[i], true);

  const auto json = json_of(memory);

  CHECK(json["rule"] ==
        nlohmann::json{{"epsilon", 0.041}, {"unit", "relative"}, {"least_points", 5}, {"parameters", 10}});
  REQUIRE(json["points"].size() == 6);
  CHECK(json["points"][0] == nlohmann::json{{"stage", 3},
                                            {"delta", nullptr},
                                            {"fit", nullptr},
                                            {"slope", nullptr},
                                            {"stop", false},
                                            {"rule", "identity"}});
  CHECK(json["points"][5]["stage"] == 8);
  CHECK(json["points"][5]["delta"] == 1.6);
  CHECK(json["points"][5]["fit"]["alpha"] == 1.0);
  CHECK(json["points"][5]["slope"].get<double>() == memory.points().back().slope.value());
  CHECK(json["points"][5]["stop"] == true);
  CHECK(json["stopped_after"] == 8);
  CHECK(json["why"] ==
        "after stage 8 the fitted slope -0.04 is smaller in size than epsilon 0.041 (unit relative; "
        "alpha 1 by grid, over 5 stages)");
  CHECK(memory.to_json().find('\n') == std::string::npos);
}

TEST_CASE("the page's example is what the program writes") {
  ResidualMemory memory(rule(0.1), 1);
  (void)memory.add(SliceId(4), 8, true);
  memory.add_identity(SliceId(5));

  CHECK(memory.to_json() ==
        R"({"rule":{"epsilon":0.1,"unit":"relative","least_points":5,"parameters":1},"points":[{"stage":4,"delta":8.0,)"
        R"("fit":null,"slope":null,"stop":false,"rule":"few points"},{"stage":5,"delta":null,"fit":null,"slope":null,)"
        R"("stop":false,"rule":"identity"}],"stopped_after":null,"why":"not stopped: of 1 stages at which it might )"
        R"(have been, 1 came before there were 5 points"})");
}

TEST_CASE("one-dimensional quadratic losses decay and stitch as their closed form says") {
  // Each block has the loss h/2·(θ − c)², and takes s steps of size η: θ − c shrinks by r = (1 − ηh)^s. Another c in
  // block d moves θ_d by δ; block d + t then moves it by r^t·δ.
  constexpr double kH = 0.7;
  constexpr double kEta = 0.2;
  constexpr int kSteps = 3;
  constexpr int kBlocks = 12;
  constexpr int kD = 4;
  constexpr int kT = 3;
  const auto train = [](double theta, double centre) {
    for (int step = 0; step < kSteps; ++step) theta -= kEta * kH * (theta - centre);
    return theta;
  };
  const auto trajectory = [&](double centre_of_d) {
    std::vector<double> theta = {0.3};
    for (int k = 1; k <= kBlocks; ++k) theta.push_back(train(theta.back(), k == kD ? centre_of_d : 0.1 * k - 0.4));
    return theta;
  };
  const double r = std::pow(1 - kEta * kH, kSteps);
  const auto stored = trajectory(0.75);
  const auto retrained = trajectory(0.5);
  const double delta_0 = retrained[kD] - stored[kD];

  ResidualMemory memory(rule(1e-6), 1);
  for (int k = kD; k <= kBlocks; ++k) {
    const auto at = static_cast<std::size_t>(k);
    const double of_stored = stored[at] - stored[at - 1];
    const double of_retrained = retrained[at] - retrained[at - 1];
    (void)memory.add(SliceId(static_cast<std::uint32_t>(k)), std::abs(of_stored - of_retrained), true);
  }
  const double stitched = retrained[kD + kT] + (stored[kBlocks] - stored[kD + kT]);
  const double error = std::abs(stitched - retrained[kBlocks]);

  CHECK(memory.points()[0].delta == doctest::Approx(std::abs(delta_0)).epsilon(1e-12));
  for (int t = 1; t <= kBlocks - kD; ++t)
    CHECK(std::abs(memory.points()[static_cast<std::size_t>(t)].delta -
                   (1 - r) * std::pow(r, t - 1) * std::abs(delta_0)) < 1e-15);
  CHECK(std::abs(error - std::pow(r, kT) * (1 - std::pow(r, kBlocks - kD - kT)) * std::abs(delta_0)) < 1e-15);
  CHECK(error == doctest::Approx(2.097573e-2).epsilon(1e-6));
  CHECK(memory.points().back().rule == "grid");
}
