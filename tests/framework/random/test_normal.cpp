// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "framework/random/normal.hpp"

using namespace expunge;

namespace {

double probability_below(double value) {
  return std::erfc(-value / std::sqrt(2.0)) / 2;
}

}  // namespace

TEST_CASE("the normal quantile inverts the distribution from one tail to the other") {
  CHECK(normal_quantile(0.5) == 0.0);
  CHECK(normal_quantile(0.975) == doctest::Approx(1.959963984540054).epsilon(1e-15));
  for (double p = 1e-16; p < 0.5; p *= 1.7) {
    CAPTURE(p);
    CHECK(probability_below(normal_quantile(p)) == doctest::Approx(p).epsilon(1e-13));
  }
  for (double p = 0.01; p < 1; p += 0.01)
    CHECK(probability_below(normal_quantile(p)) == doctest::Approx(p).epsilon(1e-13));
}

TEST_CASE("a normal draw depends on its key and counter alone") {
  const Key key = Key::parse("7").derive("noise", {1});
  const double first = normal_draw(key, 42);
  for (std::uint64_t i = 0; i < 100; ++i) (void)normal_draw(key, i);

  CHECK(normal_draw(key, 42) == first);
  CHECK(normal_draw(key, 43) != first);
  CHECK(normal_draw(key, 42, 1) != first);
  CHECK(normal_draw(Key::parse("7").derive("noise", {2}), 42) != first);
}

TEST_CASE("normal draws have mean 0, variance 1 and the normal's tails, and neighbours are unrelated") {
  const Key key = Key::parse("7").derive("noise");
  constexpr std::uint64_t kDraws = 200'000;
  double sum = 0;
  double squares = 0;
  double products = 0;
  std::uint64_t far = 0;
  double previous = 0;
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    const double value = normal_draw(key, i);
    sum += value;
    squares += value * value;
    products += value * previous;
    far += std::abs(value) > 1.959963984540054 ? 1 : 0;
    previous = value;
  }

  // Five standard errors each.
  const double n = kDraws;
  CHECK(std::abs(sum / n) < 5 / std::sqrt(n));
  CHECK(std::abs(squares / n - 1) < 5 * std::sqrt(2 / n));
  CHECK(std::abs(products / n) < 5 / std::sqrt(n));
  CHECK(std::abs(static_cast<double>(far) / n - 0.05) < 5 * std::sqrt(0.05 * 0.95 / n));
}

TEST_CASE("noise is added value by value, and in pieces as at once") {
  const Key key = Key::parse("7").derive("noise");
  std::vector<float> at_once(10, 1.0F);
  std::vector<float> in_pieces(10, 1.0F);

  add_normal_noise(at_once, key, 0.5);
  add_normal_noise(std::span(in_pieces).first(4), key, 0.5);
  add_normal_noise(std::span(in_pieces).subspan(4), key, 0.5, 4);

  CHECK(at_once == in_pieces);
  CHECK(at_once[3] == static_cast<float>(1.0 + 0.5 * normal_draw(key, 3)));
}
