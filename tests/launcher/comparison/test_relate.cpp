// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "launcher/comparison/relate.hpp"
#include "tests/support/failure_message.hpp"

using namespace expunge;
using namespace expunge::testing;
using doctest::Approx;

namespace {

MethodOutcome outcome(const std::string& guarantee, std::uint64_t cost, double theta, double canary) {
  MethodOutcome outcome;
  outcome.course.guarantee = guarantee;
  outcome.measured.work.sample_gradients = cost;
  outcome.measured.distances.theta = theta;
  outcome.measured.canary = CanaryScore{canary, std::nullopt};
  outcome.measured.constituent_accuracy = {0.8, 0.9, 0.5};
  outcome.measured.membership.advantage = 0.25;
  outcome.measured.membership.attack_accuracy = 0.75;
  return outcome;
}

/// Identity, a heuristic method, exact unlearning.
RepetitionResult repetition() {
  RepetitionResult result;
  result.reference = outcome("exact", 1000, 0, 0.1);
  result.reference.measured.constituent_accuracy = {0.7, 0.9, 0.3};
  result.reference.measured.membership.advantage = 0.125;
  result.reference.measured.membership.attack_accuracy = 0.5;
  result.methods = {outcome("none", 0, 2, 0.9), outcome("heuristic", 50, 1, 0.3), outcome("exact", 200, 0, 0.1)};
  return result;
}

constexpr std::uint64_t kExactCost = 200;

}  // namespace

TEST_CASE("a canary's gap is closed from doing nothing to retraining, and is not measured where these lie close") {
  RepetitionResult result = repetition();

  relate(result, 0, kExactCost);

  CHECK(*result.methods[0].measured.canary->gap_closed == Approx(0));
  CHECK(*result.methods[1].measured.canary->gap_closed == Approx(0.75));
  CHECK(*result.reference.measured.canary->gap_closed == Approx(1));
  CHECK_FALSE(gap_closed(0.4, 0.5, 0.35));
  CHECK(*gap_closed(0.5, 0.2, 0.8) == Approx(0.5));
}

TEST_CASE("exposure, certifiability and tug of war are held against the retrained models") {
  RepetitionResult result = repetition();

  relate(result, 0, kExactCost);

  const MethodRepetition& measured = result.methods[1].measured;
  CHECK(*measured.membership.advantage_gap == Approx(0.125));
  CHECK(*measured.membership.attack_gap == Approx(0.25));
  CHECK(*measured.certifiability == Approx(0.25));  // 0.2 / 0.8
  CHECK(*measured.tug_of_war == Approx(0.9 * 1.0 * 0.8));
  CHECK(*result.reference.measured.tug_of_war == Approx(1));
}

TEST_CASE("a method that returns the retrained models without paying for them is told of, an honest one is not") {
  RepetitionResult result = repetition();
  result.methods.push_back(outcome("heuristic", 199, 0, 0.1));
  result.methods.push_back(outcome("heuristic", 200, 0, 0.1));
  result.methods.push_back(outcome("exact", 20, 0, 0.1));

  relate(result, 0, kExactCost);

  for (const std::size_t honest : {0, 1, 2, 4, 5}) CHECK(result.methods[honest].warning.empty());
  CHECK(contains(result.methods[3].warning, "at a lower cost than exact unlearning: 199 sample-gradients, not 200"));
}

TEST_CASE("what was not measured is related to nothing") {
  RepetitionResult result = repetition();
  result.methods[1].measured = MethodRepetition{};

  relate(result, 0, kExactCost);

  const MethodRepetition& measured = result.methods[1].measured;
  CHECK_FALSE(measured.canary);
  CHECK_FALSE(measured.membership.advantage_gap);
  CHECK_FALSE(measured.certifiability);
  CHECK_FALSE(measured.tug_of_war);
  CHECK(result.methods[1].warning.empty());
}
