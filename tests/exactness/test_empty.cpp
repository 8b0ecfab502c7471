// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
// Deletion can empty a slice, a shard, all but one sample: training goes on, and its states are still what they are for
// a data set that never had more.
#include <cmath>
#include <cstring>

#include <doctest/doctest.h>

#include "framework/core/error.hpp"
#include "tests/support/failure_message.hpp"
#include "tests/support/small_run.hpp"
#include "tests/support/step_recorder.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

const Key kSeed({21, 0});

MemoryDataset small_data() {
  return make_samples(40, {{9}, 3, FeatureType::kF32, false}, 6);
}

/// Leaves out the samples of one cell, or of a whole shard where `slice` is 0.
MemoryDataset emptied(const MemoryDataset& data, const TrainingConfiguration& c, std::uint32_t shard,
                      std::uint32_t slice) {
  const Partitioner partitioner(kSeed, c.shards, c.slices);
  return data.without([&](const MemorySample& sample) {
    const Cell cell = partitioner.cell_of_id(SampleId(sample.id));
    return cell.shard.value() == shard && (slice == 0 || cell.slice.value() == slice);
  });
}

bool is_finite(const ModelState& state) {
  for (const auto* tensors : {&state.parameters, &state.buffers, &state.optimizer})
    for (const auto& tensor : *tensors) {
      if (tensor.type != StateTensor::Type::kF32) continue;
      std::vector<float> values(tensor.bytes.size() / sizeof(float));
      std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
      for (const float value : values)
        if (!std::isfinite(value)) return false;
    }
  return true;
}

}  // namespace

TEST_CASE("a stage without samples changes nothing and has its checkpoint") {
  for (const auto slicing : {Slicing::kCumulative, Slicing::kSequential}) {
    for (const bool carry : {true, false}) {
      CAPTURE(static_cast<int>(slicing));
      CAPTURE(carry);
      const MemoryDataset full = small_data();
      TrainingConfiguration c = small_configuration(full, "mlp:hidden=8,norm=batch", 2, 3);
      c.slicing = slicing;
      c.carry_optimizer = carry;
      // Under cumulative slicing only the first stages can be without samples, under sequential slicing any.
      const std::uint32_t empty = slicing == Slicing::kCumulative ? 1 : 2;
      const MemoryDataset data = emptied(full, c, 1, empty);
      const TemporaryFolder run;

      const auto outcome = train_shard(small_context(run.path(), c, kSeed), ShardId(1), data);

      CHECK(outcome.complete);
      REQUIRE(outcome.record.slices.size() == 3);
      const auto expected = digests_in_memory(c, kSeed, ShardId(1), data);
      CHECK(outcome.record.slices[empty - 1].samples == 0);
      CHECK(outcome.record.slices[empty - 1].model == expected[empty - 1]);
      CHECK(outcome.record.slices.back().model == expected.back());
      CHECK(outcome.record.slices.back().model != expected[empty]);
      CHECK(names_in(shard_folder(run.path(), ShardId(1))) == names_of(outcome.record));
      const auto file = read_slice(shard_folder(run.path(), ShardId(1)) / outcome.record.slices[empty - 1].file.name,
                                   outcome.record.slices[empty - 1].file.digest);
      CHECK(file.provenance.samples == 0);
      CHECK(file.provenance.visits == 0);
      CHECK(file.provenance.state_before == file.provenance.state_after);
    }
  }
}

TEST_CASE("a shard without samples ends at its initial weights, all its stages published") {
  const MemoryDataset full = small_data();
  const TrainingConfiguration c = small_configuration(full, "mlp:hidden=8", 2, 3);
  const MemoryDataset data = emptied(full, c, 1, 0);
  REQUIRE(data.size() > 0);
  const TemporaryFolder run;

  const auto outcome = train_shard(small_context(run.path(), c, kSeed), ShardId(1), data);

  CHECK(outcome.complete);
  CHECK(outcome.sample_gradients == 0);
  const Digest initial = digests_in_memory(c, kSeed, ShardId(1), full).front();
  CHECK(digests_of(outcome.record) == std::vector<Digest>(3, initial));
}

TEST_CASE("a data set that deletion has emptied trains to initial weights") {
  const MemoryDataset none = small_data().without([](const auto&) { return true; });
  const TrainingConfiguration c = small_configuration(none, "logistic", 1, 2);
  const TemporaryFolder run;

  const auto outcome = train_shard(small_context(run.path(), c, kSeed), ShardId(0), none);

  CHECK(outcome.complete);
  CHECK(outcome.record.slices.size() == 2);
}

TEST_CASE("a single sample under batch normalisation is visited, trained on never, and leaves finite numbers") {
  const MemoryDataset one = small_data().without([](const MemorySample& sample) { return sample.id != 13; });
  REQUIRE(one.size() == 1);
  TrainingConfiguration c = small_configuration(one, "mlp:hidden=8,norm=batch", 1, 1);
  StepRecorder steps;
  SmallTraining training(c, kSeed, ShardId(0), one);
  const ModelState before = training.initialise();

  const StageOutcome outcome = training.train(1, &steps);

  CHECK(outcome.complete);
  CHECK(outcome.visited == 2);
  CHECK(outcome.sample_gradients == 0);
  CHECK(steps.steps.empty());
  CHECK(training.state() == before);
}

TEST_CASE("batches of one sample can't train a model that normalises over the batch, and are refused") {
  const MemoryDataset data = small_data();
  for (const std::string model : {"mlp:hidden=8,norm=batch", "mlp:hidden=8,norm=group", "mlp:hidden=8"}) {
    CAPTURE(model);
    TrainingConfiguration c = small_configuration(data, model, 1, 1);
    c.batch_size = 1;
    if (contains(model, "batch"))
      CHECK_THROWS_WITH_AS(train_in_memory(c, kSeed, ShardId(0), data), doctest::Contains("--batch-size"), UsageError);
    else
      CHECK(is_finite(train_in_memory(c, kSeed, ShardId(0), data).back()));
  }
}

TEST_CASE("a last batch of one under batch normalisation leaves finite numbers") {
  // 17 samples in batches of 8: the last sample of each epoch joins the batch before it.
  const MemoryDataset full = small_data();
  std::uint64_t taken = 0;
  const MemoryDataset data = full.without([&](const auto&) { return taken++ >= 17; });
  const TrainingConfiguration c = small_configuration(data, "mlp:hidden=8,norm=batch", 1, 1);
  StepRecorder steps;

  const auto states = train_in_memory(c, kSeed, ShardId(0), data, &steps);

  REQUIRE(steps.steps.size() == 4);
  for (const auto& step : steps.steps) CHECK(step.ids.size() == (step.step % 2 == 0 ? 8 : 9));
  CHECK(is_finite(states.back()));
}

TEST_CASE("without batch normalisation a single sample is trained on") {
  const MemoryDataset one = small_data().without([](const MemorySample& sample) { return sample.id != 13; });
  for (const std::string model : {"logistic", "mlp:hidden=8", "mlp:hidden=8,norm=group,dropout=0.2"}) {
    CAPTURE(model);
    const TrainingConfiguration c = small_configuration(one, model, 1, 1);

    const auto states = train_in_memory(c, kSeed, ShardId(0), one);

    CHECK(states[1] != states[0]);
    CHECK(is_finite(states[1]));
  }
}
