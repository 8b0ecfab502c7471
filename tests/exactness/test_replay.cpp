// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
// Exact unlearning rests on this: a checkpoint holds all that the next stage needs, so that restoring the one before
// the first touched slice and training on from there ends where a training from scratch without the samples ends.
#include <doctest/doctest.h>

#include "tests/support/random_training.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

/// Takes on `from` and trains stages `first` … R.
Digest replayed(const RandomTraining& t, ShardId shard, const Dataset& data, const ModelState& from,
                std::uint32_t first) {
  SmallTraining training(t.configuration, t.seed, shard, data);
  training.restore(from);
  for (std::uint32_t r = first; r <= t.configuration.slices; ++r) (void)training.stage(r);
  return model_digest(training.state());
}

/// Has momentum, running statistics and dropout: all that a state can consist of.
RandomTraining full_state_training() {
  MemoryDataset data = make_samples(60, {{9}, 3, FeatureType::kF32, false}, 5);
  TrainingConfiguration c = small_configuration(data, "mlp:hidden=8,norm=batch,dropout=0.2", 1, 3);
  c.momentum = 0.9;
  return {std::move(data), c, Key({11, 0})};
}

}  // namespace

TEST_CASE("training on from any checkpoint of the training with the samples ends where training without them ends") {
  std::uint64_t replays = 0;
  for (std::uint64_t round = 0; round < 120; ++round) {
    Choices choices(5000 + round);
    const RandomTraining t = random_training(choices);
    const auto& c = t.configuration;
    const ShardId shard(static_cast<std::uint32_t>(choices.below(c.shards)));
    const auto first = static_cast<std::uint32_t>(1 + choices.below(c.slices));
    INFO("round ", round, ", shard ", shard.value(), ", first touched slice ", first, ": ", t.text());
    const Partition partition = partition_of(c, t.seed, t.data);
    const auto& rows = partition.rows(shard, SliceId(first));
    if (rows.empty()) continue;
    const std::uint64_t deleted = t.data.samples()[rows[choices.below(rows.size())]].id;
    const MemoryDataset left = t.data.without([&](const auto& sample) { return sample.id == deleted; });

    const auto with = train_in_memory(c, t.seed, shard, t.data);
    const auto from_scratch = train_in_memory(c, t.seed, shard, left);

    for (std::uint32_t r = 1; r <= first; ++r)
      CHECK(replayed(t, shard, left, with[r - 1], r) == model_digest(from_scratch.back()));
    ++replays;
  }
  CHECK(replays > 90);
}

TEST_CASE("a checkpoint that saw the sample does not end there") {
  const RandomTraining t = full_state_training();
  const Partition partition = partition_of(t.configuration, t.seed, t.data);
  const std::uint64_t deleted = t.data.samples()[partition.rows(ShardId(0), SliceId(2)).front()].id;
  const MemoryDataset left = t.data.without([&](const auto& sample) { return sample.id == deleted; });
  const auto with = train_in_memory(t.configuration, t.seed, ShardId(0), t.data);
  const auto from_scratch = train_in_memory(t.configuration, t.seed, ShardId(0), left);

  CHECK(replayed(t, ShardId(0), left, with[1], 2) == model_digest(from_scratch.back()));
  CHECK(replayed(t, ShardId(0), left, with[2], 3) != model_digest(from_scratch.back()));
}

TEST_CASE("a checkpoint without its optimiser state or its running statistics does not end there") {
  const RandomTraining t = full_state_training();
  for (const auto optimizer : {OptimizerKind::kSgd, OptimizerKind::kAdam, OptimizerKind::kAdamW}) {
    CAPTURE(static_cast<int>(optimizer));
    RandomTraining own = t;
    own.configuration.optimizer = optimizer;
    if (optimizer != OptimizerKind::kSgd) own.configuration.learning_rate = 0.004;
    const auto states = train_in_memory(own.configuration, own.seed, ShardId(0), own.data);
    ModelState no_optimizer = states[1];
    no_optimizer.optimizer.clear();
    no_optimizer.optimizer_step = 0;
    ModelState no_statistics = states[1];
    no_statistics.buffers = states[0].buffers;

    CHECK(replayed(own, ShardId(0), own.data, states[1], 2) == model_digest(states.back()));
    CHECK(replayed(own, ShardId(0), own.data, no_optimizer, 2) != model_digest(states.back()));
    CHECK(replayed(own, ShardId(0), own.data, no_statistics, 2) != model_digest(states.back()));
  }
}

TEST_CASE("with the optimiser reset at stage borders a checkpoint needs none of its state") {
  RandomTraining t = full_state_training();
  t.configuration.carry_optimizer = false;
  const auto states = train_in_memory(t.configuration, t.seed, ShardId(0), t.data);

  CHECK(states[1].optimizer.empty());
  CHECK(states[1].optimizer_step == 0);
  CHECK(replayed(t, ShardId(0), t.data, states[1], 2) == model_digest(states.back()));
}

TEST_CASE("a trainer that has trained begins anew at the initial weights, whatever it held") {
  for (const std::string model : {"mlp:hidden=8,norm=batch", "mlp:hidden=8,norm=group", "mlp:hidden=8"}) {
    CAPTURE(model);
    RandomTraining t = full_state_training();
    t.configuration.model = model;
    SmallTraining training(t.configuration, t.seed, ShardId(0), t.data);
    const auto first = training.all();

    const auto again = training.all();

    for (std::size_t r = 0; r < first.size(); ++r) CHECK(model_digest(first[r]) == model_digest(again[r]));
  }
}
