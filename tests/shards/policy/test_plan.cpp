// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include <doctest/doctest.h>

#include "shards/policy/plan.hpp"

using namespace expunge;

namespace {

/// Three slices, one epoch: ⌈n/2⌉ visits of a cumulative stage on n samples, n of a sequential one.
TrainingConfiguration three_slices(Slicing slicing) {
  TrainingConfiguration c;
  c.shards = 2;
  c.slices = 3;
  c.epoch_millionths = 1'000'000;
  c.slicing = slicing;
  return c;
}

const CellCounts kLive{{10, 20, 30}, {4, 0, 6}};

}  // namespace

TEST_CASE("the cost of stages is what their training sets make them visit") {
  const std::array<std::uint64_t, 3> slices{10, 20, 30};

  const auto cumulative = three_slices(Slicing::kCumulative);
  CHECK(cost_of_stages(cumulative, slices, SliceId(1)) == 5 + 15 + 30);
  CHECK(cost_of_stages(cumulative, slices, SliceId(3)) == 30);
  const auto sequential = three_slices(Slicing::kSequential);
  CHECK(cost_of_stages(sequential, slices, SliceId(1)) == 10 + 20 + 30);
  CHECK(cost_of_stages(sequential, slices, SliceId(2)) == 20 + 30);
}

TEST_CASE("a shard is retrained from its earliest touched slice to its last stage, and others are not") {
  const auto plan = plan_unlearning(three_slices(Slicing::kCumulative), kLive, {{ShardId(1), SliceId(2)}});

  REQUIRE(plan.shards.size() == 1);
  CHECK(plan.shards[0].shard == ShardId(1));
  CHECK(plan.shards[0].first == SliceId(2));
  CHECK(plan.shards[0].stages == 2);
  CHECK(plan.shards[0].sample_gradients == 2 + 5);
  CHECK(plan.stages == 2);
  CHECK(plan.sample_gradients == 7);
  CHECK(plan.full_retrain == 50 + (2 + 2 + 5));
}

TEST_CASE("nothing touched is nothing to do, and a shard without a live sample costs nothing") {
  const auto c = three_slices(Slicing::kSequential);
  CHECK(plan_unlearning(c, kLive, {}).stages == 0);
  CHECK(plan_unlearning(c, kLive, {}).seconds(1, 2) == 0);

  const auto plan = plan_unlearning(c, {{0, 0, 0}, {1, 1, 1}}, {{ShardId(0), SliceId(1)}});
  CHECK(plan.stages == 3);
  CHECK(plan.sample_gradients == 0);
}

TEST_CASE("requests together touch a shard at the earliest of their slices") {
  Impact impact;
  add_impact(impact, {{{ShardId(0), SliceId(3)}, {{1, 2}}, {}, {}}, {{ShardId(1), SliceId(2)}, {{5, 6}}, {}, {}}});
  add_impact(impact, {{{ShardId(0), SliceId(2)}, {{2, 3}}, {}, {}}});
  add_impact(impact, {});

  CHECK(impact == Impact{{ShardId(0), SliceId(2)}, {ShardId(1), SliceId(2)}});
}

TEST_CASE("the time on several ranks is that of the busiest, each taking the longest shard that is left") {
  UnlearningPlan plan;
  for (const std::uint64_t cost : {30U, 70U, 40U, 50U}) plan.shards.push_back({ShardId(0), SliceId(1), 1, cost});

  CHECK(plan.seconds(10, 1) == doctest::Approx(19));
  CHECK(plan.seconds(10, 2) == doctest::Approx(10));  // 70 + 30, 50 + 40
  CHECK(plan.seconds(10, 8) == doctest::Approx(7));
}
