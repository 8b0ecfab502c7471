// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "framework/device/numerics.hpp"
#include "shards/partition/partitioner.hpp"
#include "shards/train/constituent_trainer.hpp"
#include "shards/train/initial_state.hpp"
#include "shards/train/shard_samples.hpp"
#include "tests/support/memory_dataset.hpp"

namespace expunge::testing {

/// A configuration that fits `data`, to be changed by the test. The step is the one that the model has.
[[nodiscard]] inline TrainingConfiguration small_configuration(const Dataset& data, const std::string& model,
                                                               std::uint32_t shards = 1, std::uint32_t slices = 1) {
  TrainingConfiguration c;
  c.model = model;
  c.shape = data.shape();
  c.feature_type = data.feature_type();
  c.classes = data.classes();
  c.placed_by_subject = data.has_subjects();
  c.shards = shards;
  c.slices = slices;
  c.epoch_millionths = 2'000'000;
  c.batch_size = 8;
  c.step = default_step(model, c.shape, c.classes);
  return c;
}

[[nodiscard]] inline Partition partition_of(const TrainingConfiguration& c, const Key& seed, const Dataset& data) {
  return {Partitioner(seed, c.shards, c.slices), data};
}

/// One shard's training in memory: its samples and a trainer.
class SmallTraining {
 public:
  SmallTraining(const TrainingConfiguration& c, const Key& seed, ShardId shard, const Dataset& data)
      : samples_(data, partition_of(c, seed, data), shard),
        slices_(c.slices),
        shard_(shard),
        trainer_(make(c, seed, shard)) {}

  [[nodiscard]] const ShardSamples& samples() const { return samples_; }

  ModelState initialise() { return trainer_.initialise(shard_); }
  void restore(const ModelState& state) { trainer_.restore(shard_, state); }
  [[nodiscard]] ModelState state() const { return trainer_.state(shard_); }
  /// Trains `stage` from the state taken on.
  StageOutcome train(std::uint32_t stage, Recorder* recorder = nullptr) {
    ShardHooks hooks;
    hooks.recorder = recorder;
    return trainer_.train({shard_, SliceId(stage), samples_, hooks});
  }
  /// Likewise; returns the state after it.
  ModelState stage(std::uint32_t stage, Recorder* recorder = nullptr) {
    (void)train(stage, recorder);
    return state();
  }

  /// The states after stages 0 … R.
  [[nodiscard]] std::vector<ModelState> all(Recorder* recorder = nullptr) {
    std::vector<ModelState> states{initialise()};
    for (std::uint32_t r = 1; r <= slices_; ++r) states.push_back(stage(r, recorder));
    return states;
  }

 private:
  static ConstituentTrainer make(const TrainingConfiguration& c, const Key& seed, ShardId shard) {
    set_numerics(1);
    return {c, seed, {&shard, 1}, Device{}};
  }
  ShardSamples samples_;
  std::uint32_t slices_;
  ShardId shard_;
  ConstituentTrainer trainer_;
};

/// The states after stages 0 … R of one shard.
[[nodiscard]] inline std::vector<ModelState> train_in_memory(const TrainingConfiguration& c, const Key& seed,
                                                             ShardId shard, const Dataset& data,
                                                             Recorder* recorder = nullptr) {
  return SmallTraining(c, seed, shard, data).all(recorder);
}

/// Their model digests.
[[nodiscard]] inline std::vector<Digest> digests_in_memory(const TrainingConfiguration& c, const Key& seed,
                                                           ShardId shard, const Dataset& data) {
  std::vector<Digest> digests;
  for (const auto& state : train_in_memory(c, seed, shard, data)) digests.push_back(model_digest(state));
  return digests;
}

}  // namespace expunge::testing
