// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <torch/types.h>

#include "framework/device/numerics.hpp"
#include "framework/model/model.hpp"
#include "framework/random/key.hpp"
#include "shards/methods/method.hpp"
#include "shards/train/gradient_step.hpp"
#include "shards/train/optimizer.hpp"
#include "shards/train/shard_hooks.hpp"
#include "shards/train/shard_samples.hpp"
#include "shards/train/training_configuration.hpp"

namespace expunge {

/// What a method is set to work on. Refers to what it is given.
struct MethodTask {
  std::string spec;  ///< of the method, without its budget
  const TrainingConfiguration& configuration;
  const Key& seed;
  ShardId shard;
  std::uint64_t batch = 0;  ///< the last of the journal's batches that is worked off: keys the method's draws
  const ModelState& trained;
  const ShardSamples& retain;  ///< the shard's live samples
  const ShardSamples& forget;  ///< those to be forgotten
  const Device& device;
  /// Sample-gradients that may be spent; a Hessian-vector product, which is two backward passes, counts as two.
  std::optional<std::uint64_t> budget{};
  ShardHooks hooks{};  ///< `visited` counts sample-gradients
};

/// Where a method works: the model, the two sets of samples, and the only ways to compute with them. Everything is
/// counted here, and what a method may not see is refused here, so that a cost is what was really done.
class Workbench {
 public:
  enum class Set : std::uint8_t { kRetain, kForget };
  /// A sample in one of the two.
  struct Place {
    Set set = Set::kRetain;
    std::uint32_t place = 0;
  };

  Workbench(const MethodTask& task, const Method& method);
  ~Workbench();
  Workbench(const Workbench&) = delete;
  Workbench& operator=(const Workbench&) = delete;

  [[nodiscard]] const TrainingConfiguration& configuration() const;
  [[nodiscard]] ShardId shard() const;
  /// The model under way. Its parameters may be changed in place by update rules; computing with it goes through the
  /// bench.
  [[nodiscard]] Model& model();
  /// In canonical order; they alias the model's.
  [[nodiscard]] std::vector<torch::Tensor> parameters();
  /// A key for this method's draws `what`: of the run's seed, the shard, the batch and the method's SPEC.
  [[nodiscard]] Key key(std::string_view what) const;
  /// The initial weights of this shard, as training began with them.
  [[nodiscard]] ModelState initial_state() const;
  [[nodiscard]] const ModelState& trained_state() const;

  /// How many samples a set has. Asking that is not reading them.
  [[nodiscard]] std::uint64_t size(Set set) const;
  /// The order of an epoch over a set, keyed, and cut into batches of about `batch_size`: places in the set. Under
  /// batch normalisation no batch to train on has one sample alone.
  [[nodiscard]] std::vector<std::vector<std::uint32_t>> epoch(Set set, std::uint64_t number, std::int64_t batch_size,
                                                              bool training = true) const;
  /// A prepared batch, valid until the next one of the same set. Throws Bug for a set that is not
  /// among the method's needs. `training` is how its passes are made.
  [[nodiscard]] Batch batch(Set set, std::span<const std::uint32_t> places, std::uint64_t epoch, bool training = true);
  /// Likewise of both sets together, for training. The retain set's samples come first in a batch.
  [[nodiscard]] std::vector<std::vector<Place>> mixed_epoch(std::uint64_t number, std::int64_t batch_size) const;
  /// Valid until the next one that is made in any way.
  [[nodiscard]] Batch mixed_batch(std::span<const Place> places, std::uint64_t epoch);

  /// The gradient of the batch's mean loss, which is the run's, without weight decay, into `out` in the order of
  /// `parameters()`; undefined for those that don't require one. Returns the loss. Counts size sample-gradients. Throws
  /// Bug where the budget does not hold them.
  double gradients(const Batch& batch, std::vector<torch::Tensor>& out);
  /// Logits without gradients. Counts size forward passes.
  [[nodiscard]] torch::Tensor logits(const Batch& batch);
  /// Hessian of the batch's mean loss times `vector`. Counts size Hessian-vector products. Throws Bug where the budget
  /// does not hold them.
  [[nodiscard]] std::vector<torch::Tensor> hessian_vector_product(const Batch& batch,
                                                                  const std::vector<torch::Tensor>& vector);

  /// False where a hook wants the method put down (`put_down`), or the budget does not hold `sample_gradients` more
  /// (`out_of_budget`). To be asked before every batch; once false, it stays so.
  [[nodiscard]] bool may_go_on(std::uint64_t sample_gradients);
  [[nodiscard]] bool put_down() const;
  [[nodiscard]] bool out_of_budget() const;

  [[nodiscard]] const MethodCost& cost() const;
  /// The model as it is now; no optimiser state.
  [[nodiscard]] ModelState state() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// `method` at work on the bench. Says that the method was put down, and where its budget ended it, so that no method
/// has to.
[[nodiscard]] MethodResult run_method(const Method& method, Workbench& bench);

/// Throws Bug where a result can't have come of what was counted: parameters or buffers that changed without any work.
void check_account(const MethodCost& cost, const ModelState& trained, const ModelState& result,
                   const std::string& method);

}  // namespace expunge
