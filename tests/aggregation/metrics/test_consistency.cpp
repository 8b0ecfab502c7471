// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "aggregation/metrics/consistency.hpp"
#include "framework/core/error.hpp"

using namespace expunge;

namespace {

Probabilities of_two(std::vector<float> values, std::vector<std::int32_t> labels) {
  return {.classes = 2, .values = std::move(values), .labels = std::move(labels)};
}

}  // namespace

TEST_CASE("accuracy is the share of samples whose own class is the most probable") {
  CHECK(*accuracy(of_two({0.9F, 0.1F, 0.9F, 0.1F, 0.5F, 0.5F, 0.2F, 0.8F}, {0, 1, 0, 1})) == 0.75);
  CHECK_FALSE(accuracy(of_two({}, {})).has_value());
}

TEST_CASE("divergence and agreement are what one reckons by hand") {
  const Probabilities model = of_two({0.5F, 0.5F, 0.75F, 0.25F}, {0, 1});
  const Probabilities reference = of_two({0.25F, 0.75F, 0.75F, 0.25F}, {0, 1});

  const auto alike = consistency(model, reference);

  REQUIRE(alike.has_value());
  CHECK(alike->y == 0.5);  // the first: 0 (the lowest of equals) and 1
  // KL of the first: 1/2 ln 2 + 1/2 ln (2/3) = 1/2 ln (4/3); of the second: 0.
  CHECK(alike->kl == doctest::Approx(std::log(4.0 / 3.0) / 4).epsilon(1e-12));
}

TEST_CASE("divergence is taken from the model to the reference, not back") {
  const Probabilities model = of_two({0.5F, 0.5F}, {0});
  const Probabilities reference = of_two({0.125F, 0.875F}, {0});

  CHECK(consistency(model, reference)->kl == doctest::Approx((std::log(4.0) + std::log(4.0 / 7.0)) / 2));
  CHECK(consistency(reference, model)->kl == doctest::Approx(std::log(0.25) / 8 + 7 * std::log(1.75) / 8));
}

TEST_CASE("a model is not away from itself at all") {
  const Probabilities model = of_two({0.1F, 0.9F, 1.0F, 0.0F}, {0, 1});

  CHECK(consistency(model, model)->kl == 0.0);
  CHECK(consistency(model, model)->y == 1.0);
}

TEST_CASE("a certainty that the reference denies costs 12 orders of magnitude and not everything") {
  const auto alike = consistency(of_two({1.0F, 0.0F}, {0}), of_two({0.0F, 1.0F}, {0}));

  CHECK(alike->y == 0.0);
  CHECK(alike->kl == doctest::Approx(12 * std::log(10.0)));
}

TEST_CASE("a model that has overflowed is at no distance that a number tells") {
  const float none = std::numeric_limits<float>::quiet_NaN();

  CHECK(std::isnan(consistency(of_two({none, none}, {0}), of_two({0.5F, 0.5F}, {0}))->kl));
}

TEST_CASE("models that were asked for other samples can't be compared, and no samples say nothing") {
  CHECK_THROWS_AS(static_cast<void>(consistency(of_two({0.5F, 0.5F}, {0}), of_two({0.5F, 0.5F}, {1}))), Bug);
  CHECK_THROWS_AS(static_cast<void>(consistency(of_two({0.5F, 0.5F}, {0}), of_two({}, {}))), Bug);
  CHECK_FALSE(consistency(of_two({}, {}), of_two({}, {})).has_value());
}

TEST_CASE("certifiability is the difference of two accuracies over their sum, and 0 for none") {
  CHECK(certifiability(0.75, 0.25) == 0.5);
  CHECK(certifiability(0.25, 0.75) == 0.5);
  CHECK(certifiability(0.5, 0.0) == 1.0);
  CHECK(certifiability(0.0, 0.0) == 0.0);
}

TEST_CASE("the tug of war multiplies what three accuracies have in common with the retrained model's") {
  const AccuracyTriple reference{.test = 0.75, .retain = 0.5, .forget = 1.0};

  CHECK(tug_of_war({.test = 0.5, .retain = 1.0, .forget = 0.5}, reference) == 0.75 * 0.5 * 0.5);
  CHECK(tug_of_war(reference, reference) == 1.0);
}
