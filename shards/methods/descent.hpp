// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <torch/types.h>

#include "framework/config/spec.hpp"
#include "shards/methods/workbench.hpp"
#include "shards/train/optimizer.hpp"

namespace expunge {

/// How a method descends: SGD with momentum at a constant rate.
struct DescentSettings {
  std::int64_t epochs = 1;
  std::optional<double> learning_rate{};     ///< nothing: the run's
  std::optional<double> momentum{};          ///< nothing: the run's, or 0.9 where that was not trained by SGD
  std::optional<std::int64_t> batch_size{};  ///< nothing: the run's
};

/// `epochs`, `lr`, `momentum` and `batch-size` of a SPEC; what it does not give is as `otherwise` has it. Throws
/// UsageError.
[[nodiscard]] DescentSettings read_descent(const Spec& spec, const DescentSettings& otherwise);

/// Steps on the parameters that require a gradient when it is made.
class Descent {
 public:
  /// `decays`: with the run's weight decay.
  Descent(Workbench& bench, const DescentSettings& settings, bool decays = true);

  [[nodiscard]] std::uint64_t epochs() const { return static_cast<std::uint64_t>(settings_.epochs); }
  [[nodiscard]] std::int64_t batch_size() const { return batch_size_; }
  /// One step down these gradients, in the order of the bench's parameters; they are used up.
  void step(const std::vector<torch::Tensor>& gradients);

 private:
  DescentSettings settings_;
  double learning_rate_;
  std::int64_t batch_size_;
  Optimizer optimizer_;
};

/// What a gradient is multiplied by so that its norm, over all parameters, is at most `clip`: 1 where it is.
[[nodiscard]] double clip_scale(const std::vector<torch::Tensor>& gradients, double clip);

/// Epochs over the retain set in its keyed batches.
void train_on_retain_set(Workbench& bench, const DescentSettings& settings);

/// The share of the forget set that the model under way labels as the data does; 0 of an empty set.
[[nodiscard]] double forget_accuracy(Workbench& bench);

}  // namespace expunge
