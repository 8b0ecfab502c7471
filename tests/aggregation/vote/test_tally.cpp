// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>
#include <numeric>
#include <random>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "aggregation/vote/tally.hpp"
#include "framework/core/error.hpp"

using namespace expunge;

namespace {

// Copies, since the probabilities of an answer belong to the tally that gave it.
struct Decided {
  std::int32_t label;
  double agreement;
  double confidence;
  std::int64_t models;
  std::vector<double> probability;
  bool operator==(const Decided&) const = default;
};

std::vector<Decided> decided(Tally& tally, const DecisionOptions& options = {}) {
  std::vector<Decided> result;
  for (const Answer& answer : tally.decide(options))
    result.push_back({answer.label,
                      answer.agreement,
                      answer.confidence,
                      answer.models,
                      {answer.probability.begin(), answer.probability.end()}});
  return result;
}

// One row, three classes, one vote after the other.
Decided vote(VoteRule rule, const std::vector<std::vector<float>>& outputs, std::vector<std::int64_t> weights = {},
             const DecisionOptions& options = {}) {
  weights.resize(outputs.size(), 1);
  Tally tally(rule, 3);
  tally.restart(0, 1);
  for (std::size_t k = 0; k < outputs.size(); ++k)
    tally.add(0, outputs[k], weights[k], ShardId(static_cast<std::uint32_t>(k)));
  return decided(tally, options).front();
}

}  // namespace

TEST_CASE("the majority wins over the larger summed probability") {
  const Decided answer = vote(VoteRule::kMajority, {{0.5F, 0.25F, 0.25F}, {0.5F, 0.25F, 0.25F}, {0.0F, 1.0F, 0.0F}});

  CHECK(answer.label == 0);
  CHECK(answer.agreement == 2.0 / 3.0);
  CHECK(answer.models == 3);
  CHECK(answer.confidence == doctest::Approx(1.0 / 3.0));
}

TEST_CASE("the mean probability wins over the majority where that is the rule, and agreement still tells its votes") {
  const Decided answer =
      vote(VoteRule::kMeanProbability, {{0.5F, 0.25F, 0.25F}, {0.5F, 0.25F, 0.25F}, {0.0F, 1.0F, 0.0F}});

  CHECK(answer.label == 1);
  CHECK(answer.agreement == 1.0 / 3.0);
  CHECK(answer.confidence == 0.5);
  CHECK(answer.probability[0] == doctest::Approx(1.0 / 3.0));
}

TEST_CASE("equal votes go to the larger summed probability") {
  CHECK(vote(VoteRule::kMajority, {{0.5F, 0.25F, 0.25F}, {0.0F, 0.25F, 0.75F}}).label == 2);
  CHECK(vote(VoteRule::kWeighted, {{0.5F, 0.25F, 0.25F}, {0.0F, 0.25F, 0.75F}}, {7, 7}).label == 2);
}

TEST_CASE("equal votes and equal probabilities go to the lowest class") {
  CHECK(vote(VoteRule::kMajority, {{0.0F, 0.25F, 0.75F}, {0.0F, 0.75F, 0.25F}}).label == 1);
  CHECK(vote(VoteRule::kMeanProbability, {{0.0F, 0.25F, 0.75F}, {0.0F, 0.75F, 0.25F}}).label == 1);
  CHECK(vote(VoteRule::kWeighted, {{0.0F, 0.25F, 0.75F}, {0.0F, 0.75F, 0.25F}}, {3, 3}).label == 1);
}

TEST_CASE("a class without the most votes never wins by its probability") {
  // Class 2 has the largest sum (1.35) and no vote; 0 and 1 have two votes each.
  const Decided answer =
      vote(VoteRule::kMajority,
           {{0.5F, 0.125F, 0.375F}, {0.5F, 0.125F, 0.375F}, {0.125F, 0.5F, 0.375F}, {0.0F, 0.625F, 0.375F}});

  CHECK(answer.label == 1);
}

TEST_CASE("a constituent whose classes are equally probable votes for the lowest") {
  const Decided answer =
      vote(VoteRule::kMajority, {{0.25F, 0.375F, 0.375F}, {0.25F, 0.375F, 0.375F}, {0.0F, 0.0F, 1.0F}});

  CHECK(answer.label == 1);
  CHECK(answer.agreement == 2.0 / 3.0);
}

TEST_CASE("a weighted vote counts as many times as its constituent saw samples, and only there") {
  const std::vector<std::vector<float>> outputs = {{1.0F, 0.0F, 0.0F}, {1.0F, 0.0F, 0.0F}, {0.0F, 1.0F, 0.0F}};

  const Decided weighted = vote(VoteRule::kWeighted, outputs, {10, 20, 70});
  const Decided majority = vote(VoteRule::kMajority, outputs, {10, 20, 70});

  CHECK(weighted.label == 1);
  CHECK(weighted.agreement == 0.7);
  CHECK(weighted.models == 3);
  CHECK(weighted.confidence == doctest::Approx(1.0 / 3.0));
  CHECK(majority.label == 0);
  CHECK(majority.agreement == 2.0 / 3.0);
}

TEST_CASE("too little agreement is no answer, and just enough is one") {
  const std::vector<std::vector<float>> outputs = {
      {1.0F, 0.0F, 0.0F}, {1.0F, 0.0F, 0.0F}, {1.0F, 0.0F, 0.0F}, {0.0F, 1.0F, 0.0F}, {0.0F, 0.0F, 1.0F}};

  const Decided enough = vote(VoteRule::kMajority, outputs, {}, {.min_agreement = 0.6});
  const Decided too_little = vote(VoteRule::kMajority, outputs, {}, {.min_agreement = 0.61});

  CHECK(enough.label == 0);
  CHECK(too_little.label == kNoAnswer);
  CHECK(too_little.agreement == 0.6);
  CHECK(too_little.models == 5);
}

TEST_CASE("too small a mean probability is no answer, and just enough is one") {
  const std::vector<std::vector<float>> outputs = {{0.5F, 0.25F, 0.25F}, {0.75F, 0.25F, 0.0F}};

  CHECK(vote(VoteRule::kMajority, outputs, {}, {.min_probability = 0.625}).label == 0);
  CHECK(vote(VoteRule::kMajority, outputs, {}, {.min_probability = 0.626}).label == kNoAnswer);
}

TEST_CASE("without voters there is no answer and no probability") {
  Tally tally(VoteRule::kMajority, 3);
  tally.restart(0, 2);

  const std::vector<Decided> answers = decided(tally);

  REQUIRE(answers.size() == 2);
  CHECK(answers[1] == Decided{kNoAnswer, 0.0, 0.0, 0, {}});
}

TEST_CASE("a probability is kept to 40 binary places") {
  Tally tally(VoteRule::kMajority, 2);
  tally.restart(0, 1);

  tally.add(0, std::vector<float>{0x1.0p-40F, 0x1.8p-41F}, 1, ShardId(0));
  tally.add(0, std::vector<float>{1.0F, 0x1.0p-42F}, 1, ShardId(1));

  const std::vector<std::int64_t> expected = {2, 2, 0, (std::int64_t{1} << 40) + 1, 1};
  CHECK(std::vector<std::int64_t>(tally.counts().begin(), tally.counts().end()) == expected);
}

TEST_CASE("restarting forgets the votes and may cover fewer rows elsewhere") {
  Tally tally(VoteRule::kMajority, 2);
  tally.restart(0, 3);
  tally.add(0, std::vector<float>{0, 1, 0, 1, 0, 1}, 1, ShardId(0));

  tally.restart(40, 1);
  tally.add(40, std::vector<float>{1, 0}, 1, ShardId(0));

  CHECK(tally.counts().size() == 5);
  CHECK(decided(tally).front() == Decided{0, 1.0, 1.0, 1, {1.0, 0.0}});
}

TEST_CASE("a value that is no probability is refused with shard, row and class") {
  Tally tally(VoteRule::kMajority, 2);
  tally.restart(512, 2);
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  constexpr float kInfinity = std::numeric_limits<float>::infinity();

  CHECK_THROWS_WITH_AS(
      tally.add(512, std::vector<float>{1, 0, 0.5F, kNan}, 1, ShardId(3)),
      "the model of shard 3 gives row 513 the probability nan for class 1: its parameters have probably "
      "overflowed; train that shard with a smaller --lr",
      Failure);
  CHECK_THROWS_AS(tally.add(512, std::vector<float>{-0.1F, 1}, 1, ShardId(0)), Failure);
  CHECK_THROWS_AS(tally.add(512, std::vector<float>{1.1F, 0}, 1, ShardId(0)), Failure);
  CHECK_THROWS_AS(tally.add(512, std::vector<float>{kInfinity, 0}, 1, ShardId(0)), Failure);
}

TEST_CASE("a single-precision softmax a little over 1 is a probability") {
  Tally tally(VoteRule::kMajority, 2);
  tally.restart(0, 1);

  tally.add(0, std::vector<float>{1.0000001F, 0}, 1, ShardId(0));

  CHECK(decided(tally).front().label == 0);
}

TEST_CASE("rows outside the tally, torn rows and votes without weight are bugs") {
  Tally tally(VoteRule::kMajority, 2);
  tally.restart(10, 2);
  const std::vector<float> row = {1, 0};
  const std::vector<float> three_rows = {1, 0, 1, 0, 1, 0};

  CHECK_THROWS_AS(tally.add(9, row, 1, ShardId(0)), Bug);
  CHECK_THROWS_AS(tally.add(12, row, 1, ShardId(0)), Bug);
  CHECK_THROWS_AS(tally.add(10, three_rows, 1, ShardId(0)), Bug);
  CHECK_THROWS_AS(tally.add(10, std::span(row).first(1), 1, ShardId(0)), Bug);
  CHECK_THROWS_AS(tally.add(10, row, 0, ShardId(0)), Bug);
  CHECK_THROWS_AS(Tally(VoteRule::kMajority, 0), Bug);
  CHECK_NOTHROW(tally.add(11, row, 1, ShardId(0)));
}

TEST_CASE("the most models a tally is safe for do not overflow it") {
  constexpr std::int64_t kMostOfOne = (std::int64_t{1} << 40) + (std::int64_t{1} << 30);  // 1 + 2^-10, the most taken

  CHECK(kMostOfOne < std::numeric_limits<std::int64_t>::max() / Tally::kMostModels);
}

TEST_CASE("answers are the same bits for any order of votes and any way to share the voters out") {
  for (const VoteRule rule : {VoteRule::kMajority, VoteRule::kMeanProbability, VoteRule::kWeighted}) {
    for (unsigned seed = 0; seed < 100; ++seed) {
      INFO(to_string(rule), ", seed ", seed);
      std::mt19937 random(seed);
      const std::size_t classes = 1 + random() % 6;
      const std::size_t rows = 1 + random() % 9;
      const std::size_t voters = 1 + random() % 12;
      const bool coarse = seed % 2 == 0;  // few distinct values, so that ties come about
      std::vector<std::vector<float>> outputs(voters, std::vector<float>(rows * classes));
      for (auto& output : outputs)
        for (float& p : output)
          p = coarse ? static_cast<float>(random() % 3) / 4.0F : static_cast<float>(random() % 1000003) / 1000003.0F;
      std::vector<std::int64_t> weights(voters);
      for (auto& weight : weights) weight = 1 + static_cast<std::int64_t>(random() % 3);
      const auto add = [&](Tally& tally, std::size_t k) {
        tally.add(0, outputs[k], weights[k], ShardId(static_cast<std::uint32_t>(k)));
      };
      Tally alone(rule, static_cast<std::int64_t>(classes));
      alone.restart(0, rows);
      for (std::size_t k = 0; k < voters; ++k) add(alone, k);
      const DecisionOptions options = {.min_agreement = 0.3, .min_probability = 0.2};
      const std::vector<Decided> expected = decided(alone, options);

      for (std::size_t ranks = 1; ranks <= 5; ++ranks) {
        std::vector<std::size_t> order(voters);
        std::iota(order.begin(), order.end(), 0U);
        std::shuffle(order.begin(), order.end(), random);
        std::vector<Tally> parts(ranks, Tally(rule, static_cast<std::int64_t>(classes)));
        for (Tally& part : parts) part.restart(0, rows);
        for (const std::size_t k : order) add(parts[random() % ranks], k);
        std::shuffle(parts.begin(), parts.end(), random);
        for (std::size_t r = 1; r < ranks; ++r)
          for (std::size_t i = 0; i < parts[0].counts().size(); ++i) parts[0].counts()[i] += parts[r].counts()[i];

        CHECK(decided(parts[0], options) == expected);
      }
    }
  }
}

TEST_CASE("the rules agree with a plain counting of small cases") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    INFO("seed ", seed);
    std::mt19937 random(seed);
    constexpr std::size_t kClasses = 3;
    const std::size_t voters = 1 + random() % 5;
    // Multiples of 1/8: sums are exact in double, so the oracle may add them up as they come.
    std::vector<std::vector<float>> outputs(voters, std::vector<float>(kClasses));
    std::vector<std::int64_t> weights(voters);
    for (std::size_t k = 0; k < voters; ++k) {
      weights[k] = 1 + static_cast<std::int64_t>(random() % 3);
      for (float& p : outputs[k]) p = static_cast<float>(random() % 5) / 8.0F;
    }
    const auto oracle = [&](VoteRule rule) {
      std::vector<std::pair<double, double>> standing(kClasses);  // votes, then summed probability
      for (std::size_t k = 0; k < voters; ++k) {
        std::size_t best = 0;
        for (std::size_t c = 0; c < kClasses; ++c) {
          if (outputs[k][c] > outputs[k][best]) best = c;
          standing[c].second += static_cast<double>(outputs[k][c]);
        }
        standing[best].first += rule == VoteRule::kWeighted ? static_cast<double>(weights[k]) : 1.0;
      }
      if (rule == VoteRule::kMeanProbability)
        for (auto& [votes, sum] : standing) votes = 0;
      return static_cast<std::int32_t>(std::max_element(standing.begin(), standing.end()) - standing.begin());
    };

    for (const VoteRule rule : {VoteRule::kMajority, VoteRule::kMeanProbability, VoteRule::kWeighted})
      CHECK(vote(rule, outputs, weights).label == oracle(rule));
  }
}
