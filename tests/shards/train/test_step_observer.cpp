// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "shards/train/learning_rate.hpp"
#include "shards/train/stage_plan.hpp"
#include "tests/support/random_training.hpp"
#include "tests/support/step_recorder.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

class StepCounter final : public StepObserver {
 public:
  void observe(const ObservedStep& step) override {
    ++steps;
    samples += step.ids.size();
  }
  std::uint64_t steps = 0;
  std::uint64_t samples = 0;
};

const Key kSeed({31, 0});

}  // namespace

TEST_CASE("a counting observer is told of every step, and watching changes no bit") {
  for (std::uint64_t round = 0; round < 40; ++round) {
    Choices choices(6000 + round);
    const RandomTraining t = random_training(choices);
    INFO("round ", round, ": ", t.text());
    StepCounter counter;
    SmallTraining watched(t.configuration, t.seed, ShardId(0), t.data);
    SmallTraining alone(t.configuration, t.seed, ShardId(0), t.data);
    (void)watched.trainer().initialise();
    (void)alone.trainer().initialise();
    std::uint64_t gradients = 0;

    for (std::uint32_t r = 1; r <= t.configuration.slices; ++r) {
      StageHooks hooks;
      hooks.observer = &counter;
      gradients += watched.trainer().train(SliceId(r), watched.samples(), 0, hooks).sample_gradients;
      CHECK(watched.trainer().state_after_stage() == alone.stage(r));
    }

    CHECK(counter.samples == gradients);
    CHECK((counter.steps > 0) == (gradients > 0));
  }
}

TEST_CASE("the steps of a stage visit V samples: each of them in every whole epoch, the rest once more") {
  for (const auto slicing : {Slicing::kCumulative, Slicing::kSequential}) {
    CAPTURE(static_cast<int>(slicing));
    const MemoryDataset data = make_samples(50, {{9}, 3, FeatureType::kF32, false}, 7);
    TrainingConfiguration c = small_configuration(data, "mlp:hidden=8", 2, 3);
    c.slicing = slicing;
    c.epoch_millionths = 3'300'000;
    StepRecorder steps;
    SmallTraining training(c, kSeed, ShardId(1), data);

    (void)training.all(&steps);

    for (std::uint32_t r = 1; r <= 3; ++r) {
      CAPTURE(r);
      const auto range = training.samples().stage_range(SliceId(r), slicing == Slicing::kCumulative);
      const std::uint64_t n = range.size();
      const std::uint64_t visits = stage_visits(c, n);
      REQUIRE(n > 0);
      const auto counted = steps.visits(SliceId(r));
      std::uint64_t total = 0;
      std::uint64_t once_more = 0;
      for (std::uint64_t place = range.begin; place < range.end; ++place) {
        const std::uint64_t id = training.samples().ids()[place].value();
        const std::uint64_t count = counted.contains(id) ? counted.at(id) : 0;
        CHECK(count >= visits / n);
        CHECK(count <= visits / n + 1);
        once_more += count - visits / n;
        total += count;
      }
      CHECK(total == visits);
      CHECK(once_more == visits % n);
      std::uint64_t outside = 0;
      for (const auto& [id, count] : counted) outside += count;
      CHECK(outside == visits);
    }
    std::uint64_t next = 0;
    SliceId stage(1);
    for (const auto& step : steps.steps) {
      if (step.stage != stage) next = 0;
      stage = step.stage;
      CHECK(step.shard == ShardId(1));
      CHECK(step.step == next++);
    }
  }
}

TEST_CASE("each epoch and stage visits the same samples in an order of its own") {
  // One cell holds everything and the later slices nothing, so that all stages see the same samples.
  const MemoryDataset all = make_samples(60, {{9}, 3, FeatureType::kF32, false}, 7);
  TrainingConfiguration c = small_configuration(all, "logistic", 1, 2);
  const Partitioner partitioner(kSeed, c.shards, c.slices);
  const MemoryDataset data =
      all.without([&](const auto& sample) { return partitioner.cell_of_id(SampleId(sample.id)).slice != SliceId(1); });
  c.epoch_millionths = 3'000'000;  // two epochs a stage
  StepRecorder steps;

  (void)train_in_memory(c, kSeed, ShardId(0), data, &steps);

  std::map<std::pair<std::uint32_t, std::uint64_t>, std::vector<SampleId>> orders;
  for (const auto& step : steps.steps) {
    auto& order = orders[{step.stage.value(), step.epoch}];
    order.insert(order.end(), step.ids.begin(), step.ids.end());
  }
  REQUIRE(orders.size() == 4);
  for (const auto& [one, order] : orders)
    for (const auto& [other, its_order] : orders) {
      CHECK(std::set(order.begin(), order.end()) == std::set(its_order.begin(), its_order.end()));
      CHECK((order == its_order) == (one == other));
    }
}

TEST_CASE("plain sgd's update is minus rate times gradient, and each step starts where the one before ended") {
  for (const std::string step : {"static", "autograd"}) {
    CAPTURE(step);
    const MemoryDataset data = make_samples(40, {{9}, 3, FeatureType::kF32, false}, 7);
    TrainingConfiguration c = small_configuration(data, "mlp:hidden=8", 1, 2);
    c.momentum = 0;
    c.step = step;
    c.schedule = "cosine";
    StepRecorder steps;

    (void)train_in_memory(c, kSeed, ShardId(0), data, &steps);

    REQUIRE(steps.steps.size() > 5);
    const LearningRate rates(c.learning_rate, c.schedule);
    CHECK(steps.steps[0].learning_rate == rates.at(0));
    for (std::size_t s = 0; s < steps.steps.size(); ++s) {
      const auto& seen = steps.steps[s];
      REQUIRE(seen.parameters.size() == 4);
      CHECK(seen.parameters[0].name == "linear1.weight");
      if (s > 0) CHECK(seen.learning_rate < steps.steps[s - 1].learning_rate);
      for (std::size_t p = 0; p < seen.parameters.size(); ++p) {
        const auto& one = seen.parameters[p];
        if (s > 0) CHECK(one.before == steps.steps[s - 1].parameters[p].after);
        for (std::size_t i = 0; i < one.before.size(); ++i)
          CHECK(std::abs(static_cast<double>(one.after[i]) - one.before[i] +
                         seen.learning_rate * static_cast<double>(one.gradient[i])) < 1e-6);
      }
    }
  }
}

TEST_CASE("a shard's initial weights are its own") {
  const MemoryDataset data = make_samples(10, {{9}, 3, FeatureType::kF32, false}, 7);
  const TrainingConfiguration c = small_configuration(data, "mlp:hidden=8", 2, 1);
  SmallTraining one(c, kSeed, ShardId(0), data);
  SmallTraining other(c, kSeed, ShardId(1), data);

  const ModelState first = one.trainer().initialise();
  const ModelState second = other.trainer().initialise();

  for (std::size_t i = 0; i < first.parameters.size(); ++i)
    CHECK(first.parameters[i].bytes != second.parameters[i].bytes);
}
