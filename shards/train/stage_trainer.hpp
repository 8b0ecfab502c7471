// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "framework/device/numerics.hpp"
#include "framework/random/key.hpp"
#include "shards/checkpoint/state.hpp"
#include "shards/train/shard_samples.hpp"
#include "shards/train/step_observer.hpp"
#include "shards/train/training_configuration.hpp"

namespace expunge {

/// What a stage tells and asks while it runs. Any may be empty.
struct StageHooks {
  /// Asked between batches; true puts the stage down at this batch's border.
  std::function<bool()> should_stop;
  /// Told after each batch how many samples of the stage have been visited.
  std::function<void(std::uint64_t visited)> visited;
  /// Asked after each batch; true makes the trainer hand a copy of its state, optimiser included, to `save`.
  std::function<bool(bool epoch_ended)> wants_save;
  std::function<void(ModelState state, std::uint64_t visited)> save;
  StepObserver* observer = nullptr;
};

struct StageOutcome {
  std::uint64_t visited = 0;           ///< of the stage, earlier sessions included
  std::uint64_t sample_gradients = 0;  ///< computed by this call
  bool complete = false;               ///< false: put down by `should_stop`
};

/// Trains one shard's constituent, one stage after another. The state after a stage is a pure function of
/// (configuration, seed, shard, stage, the stage's samples, the state before): no generator state, clock or rank
/// enters.
class StageTrainer {
 public:
  /// `order_seed` keys the order within epochs in the place of `seed`: another training of the same samples from the
  /// same weights. Throws UsageError where the model doesn't fit the configured shape, or the batch size the model.
  StageTrainer(const TrainingConfiguration& configuration, const Key& seed, ShardId shard, const Device& device,
               const std::optional<Key>& order_seed = std::nullopt);
  StageTrainer(StageTrainer&&) noexcept;
  StageTrainer& operator=(StageTrainer&&) noexcept;
  ~StageTrainer();

  /// The keyed initial weights: the state after stage 0. The trainer takes it on.
  [[nodiscard]] ModelState initialise();
  /// Takes on a state that a slice file or a progress file holds.
  void restore(const ModelState& state);
  /// The state as a slice file holds it: with the optimiser's where it is carried across stages.
  [[nodiscard]] ModelState state_after_stage() const;

  /// Trains `stage` from the state taken on, of which `visited` samples are done already. Without samples it changes
  /// nothing.
  StageOutcome train(SliceId stage, const ShardSamples& samples, std::uint64_t visited, const StageHooks& hooks);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace expunge
