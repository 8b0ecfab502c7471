// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "framework/device/numerics.hpp"
#include "framework/random/key.hpp"
#include "shards/checkpoint/state.hpp"
#include "shards/train/shard_hooks.hpp"
#include "shards/train/shard_samples.hpp"
#include "shards/train/training_configuration.hpp"

namespace expunge {

class GradientStep;
class Model;

/// Keeps a stage's progress, so that a later session goes on from it.
class ProgressKeeper {
 public:
  ProgressKeeper() = default;
  ProgressKeeper(const ProgressKeeper&) = delete;
  ProgressKeeper& operator=(const ProgressKeeper&) = delete;
  virtual ~ProgressKeeper() = default;
  /// Asked after each batch but the last: `visited` samples of the stage are done.
  [[nodiscard]] virtual bool wants_save(std::uint64_t visited, bool epoch_ended) = 0;
  /// Receives a copy of the state, the optimiser's included. Called where it is wanted, and where the stage stops.
  virtual void save(ModelState state, std::uint64_t visited) = 0;
};

/// One stage of one constituent, to be trained from the state that the trainer has of it. Refers to what it is given.
struct StageWork {
  ShardId shard;
  SliceId stage;
  const ShardSamples& samples;  ///< the shard's
  const ShardHooks& hooks;
  /// Samples of the stage that an earlier session visited; its recorder, if any, has resumed the stage then.
  std::uint64_t visited = 0;
  ProgressKeeper* keeper = nullptr;  ///< null: no progress is kept
};

struct StageOutcome {
  std::uint64_t visited = 0;           ///< of the stage, earlier sessions included
  std::uint64_t sample_gradients = 0;  ///< computed by this call
  bool complete = false;               ///< false: stopped by a hook
};

/// Makes what computes a batch's gradient and carries out the step.
using GradientStepMaker =
    std::function<std::shared_ptr<GradientStep>(const TrainingConfiguration&, const std::shared_ptr<Model>&)>;
/// The whole batch's gradient on this rank, by the step that the configuration names. Throws UsageError for a static
/// step of a model that has no static form.
[[nodiscard]] std::shared_ptr<GradientStep> local_gradient_step(const TrainingConfiguration& configuration,
                                                                const std::shared_ptr<Model>& model);

/// Trains constituents stage by stage, in memory: it reads and writes no file. The state of a constituent after a stage
/// is a pure function of (configuration, seed, shard, stage, the stage's samples, the state before): no generator
/// state, clock, rank or other constituent enters.
class ConstituentTrainer {
 public:
  /// Of the constituents of `shards`, each with a model and an optimiser of its own. `order_seed` keys the order within
  /// epochs in the place of `seed`: another training of the same samples from the same weights. Throws UsageError where
  /// the model doesn't fit the configured shape, or the batch size the model.
  ConstituentTrainer(const TrainingConfiguration& configuration, const Key& seed, std::span<const ShardId> shards,
                     const Device& device, const std::optional<Key>& order_seed = std::nullopt,
                     const GradientStepMaker& make_step = local_gradient_step);
  ConstituentTrainer(ConstituentTrainer&&) noexcept;
  ConstituentTrainer& operator=(ConstituentTrainer&&) noexcept;
  ~ConstituentTrainer();

  /// Takes on the keyed initial weights, the state after stage 0, and returns them.
  ModelState initialise(ShardId shard);
  /// Takes on a state that a slice file or a progress file holds. Throws Failure where it does not fit the model.
  void restore(ShardId shard, const ModelState& state);
  /// The state as a slice file holds it: with the optimiser's where it is carried across stages.
  [[nodiscard]] ModelState state(ShardId shard) const;

  /// Trains a stage of each constituent named, no constituent twice; without samples a stage changes nothing. Returns
  /// an outcome for each work, in their order. They are trained one after another.
  std::vector<StageOutcome> train(std::span<const StageWork> works);
  StageOutcome train(const StageWork& work);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace expunge
