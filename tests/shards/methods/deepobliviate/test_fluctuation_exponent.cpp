// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "framework/random/key.hpp"
#include "shards/methods/deepobliviate/fluctuation_exponent.hpp"

using namespace expunge;

namespace {

std::vector<double> white_noise(std::uint64_t seed, std::size_t count) {
  const Key key = Key(std::array<std::uint64_t, 2>{seed, 0}).derive("white noise");
  std::vector<double> series;
  for (std::size_t i = 0; i < count; ++i) series.push_back(unit_double(key.draw(i)) - 0.5);
  return series;
}

std::vector<double> summed(std::vector<double> series) {
  double sum = 0;
  for (double& value : series) value = sum += value;
  return series;
}

}  // namespace

TEST_CASE("white noise has the exponent 1/2 and its cumulative sum 3/2") {
  constexpr std::uint64_t kSeeds = 8;
  double mean_white = 0;
  double mean_summed = 0;

  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    INFO("seed ", seed);
    const auto noise = white_noise(seed, 16384);
    const double white = fluctuation_exponent(noise).value();
    const double walk = fluctuation_exponent(summed(noise)).value();
    CHECK(white == doctest::Approx(0.5).epsilon(0.12));
    CHECK(walk == doctest::Approx(1.5).epsilon(0.08));
    mean_white += white / kSeeds;
    mean_summed += walk / kSeeds;
  }

  CHECK(std::abs(mean_white - 0.5) < 0.03);
  CHECK(std::abs(mean_summed - 1.5) < 0.03);
}

TEST_CASE("an exponent does not change with a series' scale or level") {
  const auto series = white_noise(3, 100);
  auto moved = series;
  for (double& value : moved) value = 1000 * value + 5;

  CHECK(fluctuation_exponent(moved).value() == doctest::Approx(fluctuation_exponent(series).value()).epsilon(1e-9));
}

TEST_CASE("a fluctuation analysis by hand: sixteen values, windows of four and eight") {
  // The profile of +1, −1, +1, … is 1, 0, 1, 0, … In a window of four the best line falls by 1/5 a step and leaves
  // 0.8; in one of eight it falls by 1/21 and leaves 2 − 2/21.
  std::vector<double> series;
  for (int i = 0; i < 8; ++i) series.insert(series.end(), {1.0, -1.0});
  const double of_four = std::sqrt(0.8 / 4);
  const double of_eight = std::sqrt((2 - 2.0 / 21) / 8);

  CHECK(fluctuation_exponent(series).value() == doctest::Approx(std::log(of_eight / of_four) / std::log(2.0)));
}

TEST_CASE("where windows do not divide the series they are cut from both ends") {
  // The profile is 1, 2, … 16, 0: straight in all windows but the last one from the end, whose line an impulse of 17 at
  // the last place pulls along, by 0.7 of it among four values and by 5/12 among eight.
  std::vector<double> series(16, 1.0);
  series.push_back(-16);
  const double of_four = std::sqrt(0.3 / (4 * 8));
  const double of_eight = std::sqrt(7.0 / 12 / (8 * 4));

  CHECK(fluctuation_exponent(series).value() == doctest::Approx(std::log(of_eight / of_four) / std::log(2.0)));
}

TEST_CASE("fifteen values, equal values and values that are not finite have no exponent") {
  CHECK(fluctuation_exponent(white_noise(1, 16)).has_value());
  CHECK_FALSE(fluctuation_exponent(white_noise(1, 15)).has_value());
  CHECK_FALSE(fluctuation_exponent(std::vector<double>{}).has_value());
  CHECK_FALSE(fluctuation_exponent(std::vector<double>(40, 0.2)).has_value());
  auto broken = white_noise(1, 40);
  broken[7] = std::numeric_limits<double>::quiet_NaN();
  CHECK_FALSE(fluctuation_exponent(broken).has_value());
  broken[7] = std::numeric_limits<double>::infinity();
  CHECK_FALSE(fluctuation_exponent(broken).has_value());
}

TEST_CASE("a series whose windows are all straight has no exponent, though it varies") {
  // The profile falls by one a step and then rises by one: every window of four and of eight is a line.
  std::vector<double> series(8, -1.0);
  series.insert(series.end(), 8, 1.0);

  CHECK_FALSE(fluctuation_exponent(series).has_value());
  for (double& value : series) value = 0.1 * value + 0.7;
  CHECK_FALSE(fluctuation_exponent(series).has_value());
}
