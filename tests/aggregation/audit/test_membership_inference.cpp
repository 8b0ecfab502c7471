// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "aggregation/audit/membership_inference.hpp"

using namespace expunge;

namespace {

const Key kKey({7, 0});

// Uniform losses in [from, from + 1), as a key draws them.
std::vector<double> uniform(std::size_t count, double from, std::uint64_t which) {
  std::vector<double> losses(count);
  for (std::size_t i = 0; i < count; ++i) losses[i] = from + unit_double(kKey.draw(i, which));
  return losses;
}

}  // namespace

TEST_CASE("a loss is the logarithm of what the sample's own class was denied") {
  const float none = std::numeric_limits<float>::quiet_NaN();
  const Probabilities model{.classes = 2,
                            .values = {0.5F, 0.5F, 0.25F, 0.75F, 1.0F, 0.0F, 1.0F, 0.0F, none, none},
                            .labels = {0, 0, 0, 1, 1}};

  const std::vector<double> all = losses(model);

  REQUIRE(all.size() == 5);
  CHECK(all[0] == doctest::Approx(std::log(2.0)));
  CHECK(all[1] == doctest::Approx(std::log(4.0)));
  CHECK(all[2] == 0.0);
  CHECK(all[3] == doctest::Approx(12 * std::log(10.0)));
  CHECK(all[4] == doctest::Approx(12 * std::log(10.0)));
}

TEST_CASE("who loses at most what members lose on average is taken for one") {
  const auto attack =
      loss_threshold(std::vector{0.5, 1.0, 2.0, 0.25}, std::vector{0.5, 1.5}, std::vector{0.9, 1.1, 3.0, 4.0, 5.0});

  REQUIRE(attack.has_value());
  CHECK(attack->tau == 1.0);
  CHECK(attack->true_positive_rate == 0.75);  // the one at the threshold is in
  CHECK(attack->false_positive_rate == 0.2);
  CHECK(attack->advantage() == doctest::Approx(0.55));
}

TEST_CASE("a threshold needs samples of all three kinds") {
  const std::vector<double> some = {1.0};

  CHECK_FALSE(loss_threshold({}, some, some).has_value());
  CHECK_FALSE(loss_threshold(some, {}, some).has_value());
  CHECK_FALSE(loss_threshold(some, some, {}).has_value());
}

TEST_CASE("fewer than twenty samples of a kind say nothing of membership") {
  CHECK_FALSE(loss_regression(uniform(19, 0, 1), uniform(100, 0, 2), kKey).has_value());
  CHECK_FALSE(loss_regression(uniform(100, 0, 1), uniform(19, 0, 2), kKey).has_value());
  CHECK(loss_regression(uniform(20, 0, 1), uniform(20, 0, 2), kKey).has_value());
}

TEST_CASE("losses that lie apart are told apart wholly, on either side") {
  CHECK(*loss_regression(uniform(60, 0, 1), uniform(300, 5, 2), kKey) == 1.0);
  CHECK(*loss_regression(uniform(60, 5, 1), uniform(300, 0, 2), kKey) == 1.0);
}

TEST_CASE("losses of one distribution can't be told apart") {
  const auto accuracy = loss_regression(uniform(1000, 0, 1), uniform(1000, 0, 2), kKey);

  REQUIRE(accuracy.has_value());
  CHECK(std::abs(*accuracy - 0.5) < 0.06);
}

TEST_CASE("losses that overlap by half are told apart three times in four") {
  // Members in [0, 1), others in [0.5, 1.5): any border in between takes 3/4 of each rightly.
  const auto accuracy = loss_regression(uniform(1000, 0, 1), uniform(1000, 0.5, 2), kKey);

  REQUIRE(accuracy.has_value());
  CHECK(std::abs(*accuracy - 0.75) < 0.05);
}

TEST_CASE("equal losses are even odds, not an error") {
  CHECK(*loss_regression(std::vector<double>(30, 1.5), std::vector<double>(30, 1.5), kKey) == 0.5);
  CHECK(*loss_regression(std::vector<double>(30, 0.0), std::vector<double>(30, 0.0), kKey) == 0.5);
}

TEST_CASE("losses beyond all measure are clipped, so that the regression still ends") {
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  const std::vector<double> huge(40, kInfinite);
  const std::vector<double> none(40, std::numeric_limits<double>::quiet_NaN());

  CHECK(*loss_regression(std::vector<double>(40, 0.0), huge, kKey) == 1.0);
  CHECK(*loss_regression(std::vector<double>(40, 1e300), std::vector<double>(40, -kInfinite), kKey) == 1.0);
  CHECK(*loss_regression(none, huge, kKey) == 0.5);
}

TEST_CASE("classes are balanced: many more test samples move nothing towards them") {
  // Were they not, taking all for test samples would be right in 97 of 100.
  const auto accuracy = loss_regression(uniform(30, 0, 1), uniform(1000, 0, 2), kKey);

  REQUIRE(accuracy.has_value());
  CHECK(*accuracy < 0.8);
}

TEST_CASE("the same key gives the same accuracy, another key other splits") {
  const std::vector<double> forgotten = uniform(50, 0, 1);
  const std::vector<double> test = uniform(200, 0.4, 2);
  const double first = *loss_regression(forgotten, test, kKey);

  bool differs = false;
  for (std::uint64_t other = 8; other < 12; ++other)
    differs = differs || *loss_regression(forgotten, test, Key({other, 0})) != first;

  CHECK(*loss_regression(forgotten, test, kKey) == first);
  CHECK(differs);
}

TEST_CASE("a model is exposed to membership inference by what its losses give away") {
  const std::vector<double> forgotten(20, 0.1);
  const std::vector<double> retained(20, 0.2);
  const std::vector<double> test(40, 5.0);

  const MembershipExposure exposure = membership_exposure(forgotten, retained, test, kKey);

  CHECK(exposure.advantage == 1.0);
  CHECK(exposure.attack_accuracy == 1.0);
  CHECK(exposure.why_null.empty());
}

TEST_CASE("a missing exposure says which samples were too few") {
  const std::vector<double> few(19, 0.1);
  const std::vector<double> enough(20, 0.1);

  const MembershipExposure forgotten = membership_exposure(few, enough, enough, kKey);
  const MembershipExposure test = membership_exposure(enough, enough, few, kKey);

  CHECK_FALSE(forgotten.advantage.has_value());
  CHECK_FALSE(forgotten.attack_accuracy.has_value());
  CHECK(forgotten.why_null == "19 forgotten samples: fewer than 20 say nothing");
  CHECK(test.advantage == 0.0);
  CHECK_FALSE(test.attack_accuracy.has_value());
  CHECK(test.why_null == "19 test and 20 retained samples: too few");
}
