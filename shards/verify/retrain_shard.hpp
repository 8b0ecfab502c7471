// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

#include "framework/core/ids.hpp"
#include "framework/device/numerics.hpp"
#include "framework/random/key.hpp"
#include "shards/checkpoint/state.hpp"
#include "shards/train/shard_hooks.hpp"
#include "shards/train/shard_samples.hpp"
#include "shards/train/training_configuration.hpp"

namespace expunge {

/// One shard as its states follow from: whoever has this gets the same bits. Refers to what it is given.
struct ReplaySetting {
  const TrainingConfiguration& configuration;
  const Key& seed;
  ShardId shard;
  const ShardSamples& samples;  ///< the live ones
  const Device& device;
};

struct ReplayWork {
  std::uint64_t sample_gradients = 0;
  bool complete = true;  ///< false: a hook stopped it
};

/// Is given the state after each stage.
using StageCheck = std::function<void(SliceId stage, const ModelState& state)>;

/// Trains stages 1 … `stages` from the initial weights, in memory: nothing is read or written.
ReplayWork retrain_shard(const ReplaySetting& setting, std::uint32_t stages, const ShardHooks& hooks,
                         const StageCheck& check);

/// Trains one stage from the state after the stage before it (`before`; null for stage 1, which starts from the initial
/// weights). Throws Failure where `before` does not fit the model.
ReplayWork replay_stage(const ReplaySetting& setting, SliceId stage, const ModelState* before, const ShardHooks& hooks,
                        const StageCheck& check);

}  // namespace expunge
