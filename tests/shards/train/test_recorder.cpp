// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "framework/core/error.hpp"
#include "shards/train/learning_rate.hpp"
#include "shards/train/stage_plan.hpp"
#include "tests/support/random_training.hpp"
#include "tests/support/small_run.hpp"
#include "tests/support/step_recorder.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

/// Counts, and wants no tensor.
class StepCounter final : public Recorder {
 public:
  void begin_stage(ShardId /*shard*/, SliceId stage) override {
    events.push_back(fmt::format("begin {}", stage.value()));
  }
  void resume_stage(ShardId /*shard*/, SliceId /*stage*/, ByteView /*saved*/) override {
    events.emplace_back("resume");
  }
  void end_stage() override { events.emplace_back("end"); }
  [[nodiscard]] StepParts wants(const StepPlace& /*place*/) override { return {}; }
  void step(const StepView& view) override {
    ++steps;
    samples += view.place().ids.size();
  }
  [[nodiscard]] Bytes save() const override { return Bytes(1); }

  std::uint64_t steps = 0;
  std::uint64_t samples = 0;
  std::vector<std::string> events;
};

/// A digest of all that a stage's steps were, each with the one before: two are equal where every step was.
class StepDigest final : public Recorder {
 public:
  void begin_stage(ShardId /*shard*/, SliceId /*stage*/) override { so_far_ = Digest{}; }
  void resume_stage(ShardId /*shard*/, SliceId /*stage*/, ByteView saved) override {
    const std::string text(reinterpret_cast<const char*>(saved.data()), saved.size());
    so_far_ = Digest::from_hex(text);
    ++resumed;
  }
  void end_stage() override { stages.push_back(so_far_); }
  [[nodiscard]] StepParts wants(const StepPlace& /*place*/) override { return {true, true}; }
  void step(const StepView& view) override {
    Hasher hasher("expunge/test/steps");
    hasher.add(std::string_view(so_far_.hex())).add(view.place().step);
    for (const auto id : view.place().ids) hasher.add(id.value());
    for (std::size_t i = 0; i < view.parameters(); ++i)
      for (const auto values : {view.before(i), view.gradient(i), view.after(i)}) hasher.add(std::as_bytes(values));
    so_far_ = hasher.finish();
  }
  [[nodiscard]] Bytes save() const override {
    const std::string hex = so_far_.hex();
    const ByteView bytes = bytes_of(hex);
    return {bytes.begin(), bytes.end()};
  }

  std::vector<Digest> stages;
  std::uint64_t resumed = 0;

 private:
  Digest so_far_;
};

const Key kSeed({31, 0});

}  // namespace

TEST_CASE("a recorder is called at every step between a stage's begin and end, and recording changes no bit") {
  for (std::uint64_t round = 0; round < 40; ++round) {
    Choices choices(6000 + round);
    const RandomTraining t = random_training(choices);
    INFO("round ", round, ": ", t.text());
    StepCounter counter;
    StepRecorder all;
    SmallTraining counted(t.configuration, t.seed, ShardId(0), t.data);
    SmallTraining recorded(t.configuration, t.seed, ShardId(0), t.data);
    SmallTraining alone(t.configuration, t.seed, ShardId(0), t.data);
    (void)counted.initialise();
    (void)recorded.initialise();
    (void)alone.initialise();
    std::uint64_t gradients = 0;
    std::vector<std::string> events;

    for (std::uint32_t r = 1; r <= t.configuration.slices; ++r) {
      gradients += counted.train(r, &counter).sample_gradients;
      const ModelState expected = alone.stage(r);
      CHECK(counted.state() == expected);
      CHECK(recorded.stage(r, &all) == expected);
      events.push_back(fmt::format("begin {}", r));
      events.emplace_back("end");
    }

    CHECK(counter.samples == gradients);
    CHECK((counter.steps > 0) == (gradients > 0));
    CHECK(counter.events == events);
    CHECK(all.steps.size() == counter.steps);
  }
}

TEST_CASE("a recorder that is stopped and resumed ends with what an uninterrupted one has") {
  const MemoryDataset data = make_samples(40, {{9}, 3, FeatureType::kF32, false}, 7);
  const TrainingConfiguration c = small_configuration(data, "mlp:hidden=8", 1, 2);
  StepDigest expected;
  (void)train_in_memory(c, kSeed, ShardId(0), data, &expected);
  const TemporaryFolder run;
  const ShardContext context = small_context(run.path(), c, kSeed);
  std::vector<Digest> stages;
  std::uint64_t resumed = 0;

  for (bool complete = false; !complete;) {
    StepDigest recorder;  // a new process's: all that it knows comes from the file
    ShardHooks hooks;
    hooks.stop = [polls = 0]() mutable { return ++polls > 2 ? StopRequest::kNow : StopRequest::kGoOn; };
    hooks.recorder = &recorder;
    complete = testing::train_shard(context, ShardId(0), data, hooks).complete;
    stages.insert(stages.end(), recorder.stages.begin(), recorder.stages.end());
    resumed += recorder.resumed;
  }

  CHECK(resumed > 2);
  CHECK((stages == expected.stages));
}

TEST_CASE("a stage whose progress was kept without a recording begins anew where one is wanted") {
  const MemoryDataset data = make_samples(40, {{9}, 3, FeatureType::kF32, false}, 7);
  const TrainingConfiguration c = small_configuration(data, "mlp:hidden=8", 1, 1);
  StepDigest expected;
  (void)train_in_memory(c, kSeed, ShardId(0), data, &expected);
  const TemporaryFolder run;
  const ShardContext context = small_context(run.path(), c, kSeed);
  ShardHooks stopping;
  stopping.stop = [polls = 0]() mutable { return ++polls > 2 ? StopRequest::kNow : StopRequest::kGoOn; };
  REQUIRE_FALSE(testing::train_shard(context, ShardId(0), data, stopping).complete);
  StepDigest recorder;
  ShardHooks hooks;
  hooks.recorder = &recorder;

  CHECK(testing::train_shard(context, ShardId(0), data, hooks).complete);

  CHECK(recorder.resumed == 0);
  CHECK((recorder.stages == expected.stages));
}

TEST_CASE("asking for a part of a step that was not wanted is a bug") {
  class Greedy final : public Recorder {
   public:
    void begin_stage(ShardId /*shard*/, SliceId /*stage*/) override {}
    void resume_stage(ShardId /*shard*/, SliceId /*stage*/, ByteView /*saved*/) override {}
    void end_stage() override {}
    [[nodiscard]] StepParts wants(const StepPlace& /*place*/) override { return {.gradient = true}; }
    void step(const StepView& view) override {
      CHECK(view.gradient(0).size() == view.after(0).size());
      (void)view.before(0);
    }
    [[nodiscard]] Bytes save() const override { return Bytes(1); }
  };
  const MemoryDataset data = make_samples(40, {{9}, 3, FeatureType::kF32, false}, 7);
  Greedy recorder;

  CHECK_THROWS_AS((void)train_in_memory(small_configuration(data, "logistic"), kSeed, ShardId(0), data, &recorder),
                  Bug);
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
      CHECK((std::set(order.begin(), order.end()) == std::set(its_order.begin(), its_order.end())));
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

  const ModelState first = one.initialise();
  const ModelState second = other.initialise();

  for (std::size_t i = 0; i < first.parameters.size(); ++i)
    CHECK((first.parameters[i].bytes != second.parameters[i].bytes));
}

TEST_CASE("a recorder that a program brings along is made by its name, and another name is refused") {
  static const RecorderEntry kCounting{"counting", "", "counts steps",
                                       [](const Spec& spec) -> std::unique_ptr<Recorder> {
                                         spec.expect(0, "", {});
                                         return std::make_unique<StepCounter>();
                                       }};
  CHECK_THROWS_WITH_AS((void)make_recorder(Spec::parse("counting", "recorder")), doctest::Contains("unknown recorder"),
                       UsageError);

  register_recorder(kCounting);

  CHECK(make_recorder(Spec::parse("counting", "recorder")) != nullptr);
  CHECK_THROWS_WITH_AS((void)make_recorder(Spec::parse("conting", "recorder")), doctest::Contains("counting"),
                       UsageError);
}
