// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "shards/methods/deepobliviate/power_law.hpp"

using namespace expunge;

namespace {

/// 3·x^−0.7 + 0.2 at x = 1 … count.
std::vector<double> decaying(int count) {
  std::vector<double> series;
  for (int x = 1; x <= count; ++x) series.push_back(3 * std::pow(x, -0.7) + 0.2);
  return series;
}

}  // namespace

TEST_CASE("a power law's parts are found again where its exponent is known") {
  for (const int count : {2, 5, 12, 100}) {
    INFO(count, " points");
    const auto fit = fit_power_law(decaying(count), 0.7).value();

    CHECK(std::abs(fit.a - 3) < 1e-12);
    CHECK(std::abs(fit.b - 0.2) < 1e-12);
    CHECK(fit.alpha == 0.7);
  }
}

TEST_CASE("the grid finds a power law's exponent to its step") {
  for (const double alpha : {0.05, 0.7, 1.234, 2.5, 3.0}) {
    INFO("alpha ", alpha);
    std::vector<double> series;
    for (int x = 1; x <= 12; ++x) series.push_back(3 * std::pow(x, -alpha) + 0.2);

    const auto fit = fit_power_law(series).value();

    CHECK(std::abs(fit.alpha - alpha) <= 0.005 + 1e-9);
    CHECK(fit.a == doctest::Approx(3).epsilon(0.05));
  }
}

TEST_CASE("the grid's fit is that to its exponent, bit for bit, of long series and short ones") {
  for (const int count : {2, 15, 16, 17, 40}) {
    INFO(count, " points");
    const auto series = decaying(count);

    const auto found = fit_power_law(series).value();
    const auto given = fit_power_law(series, found.alpha).value();

    CHECK(found.a == given.a);
    CHECK(found.b == given.b);
  }
}

TEST_CASE("an exponent beyond the grid is given its nearest end") {
  std::vector<double> steep;
  for (int x = 1; x <= 12; ++x) steep.push_back(std::pow(x, -5.0));

  CHECK(fit_power_law(steep).value().alpha == 3.0);
}

TEST_CASE("a rising series is fitted with a below zero") {
  const std::vector<double> rising = {1, 2, 3, 4, 5};

  CHECK(fit_power_law(rising).value().a < 0);
  CHECK(fit_power_law(rising, 1).value().a < 0);
}

TEST_CASE("a power law's value and slope are those of its formula") {
  const PowerLaw law{.a = 3, .alpha = 1, .b = 0.5};

  CHECK(law.at(2) == doctest::Approx(2));
  CHECK(law.slope(2) == doctest::Approx(-0.75));
}

TEST_CASE("nothing is fitted to one point, to an exponent of zero, or to what is not finite") {
  CHECK_FALSE(fit_power_law(std::vector<double>{}, 0.7).has_value());
  CHECK_FALSE(fit_power_law(std::vector<double>{1}, 0.7).has_value());
  CHECK_FALSE(fit_power_law(std::vector<double>{1}).has_value());
  CHECK_FALSE(fit_power_law(decaying(5), 0).has_value());
  CHECK_FALSE(fit_power_law(std::vector<double>{1, std::numeric_limits<double>::infinity(), 1}, 0.7).has_value());
  CHECK_FALSE(fit_power_law(std::vector<double>{1, std::numeric_limits<double>::quiet_NaN(), 1}).has_value());
}
