// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <torch/types.h>

#include "shards/train/optimizer_options.hpp"

namespace expunge {

/// SGD (momentum, Nesterov, weight decay), Adam and AdamW (Kingma & Ba 2015; Loshchilov & Hutter 2019), each update one
/// pass over its parameter. Formulas and first step as PyTorch's optimisers have them.
class Optimizer {
 public:
  /// Parameters are aliased: `apply` changes them.
  Optimizer(const OptimizerOptions& options, std::vector<torch::Tensor> parameters);

  /// Starts a step: counts it and fixes its learning rate.
  void begin_step(double learning_rate);
  /// Updates one parameter by the gradient of the batch's mean loss (same shape, contiguous; its content is used up).
  void apply(std::size_t index, const torch::Tensor& gradient);

  /// True for plain SGD: the update is w ← decay·w − rate·g, which a matrix product can carry out as it computes g.
  [[nodiscard]] bool folds_into_product() const;
  [[nodiscard]] double folded_rate() const { return learning_rate_; }
  [[nodiscard]] double folded_decay() const { return 1 - learning_rate_ * options_.weight_decay; }

  /// Zero slots, no steps made: as at the start of a training.
  void reset();

  /// A tensor per parameter: "momentum"; "first_moment"; "second_moment".
  struct Slot {
    std::string name;
    std::vector<torch::Tensor> tensors;
  };
  [[nodiscard]] std::vector<Slot>& slots() { return slots_; }
  [[nodiscard]] const std::vector<Slot>& slots() const { return slots_; }
  [[nodiscard]] std::int64_t steps() const { return steps_; }
  void set_steps(std::int64_t steps) { steps_ = steps; }

 private:
  template <class Rule>
  void update(const Rule& rule, std::size_t index, const torch::Tensor& gradient);

  OptimizerOptions options_;
  std::vector<torch::Tensor> parameters_;
  std::vector<Slot> slots_;
  std::int64_t steps_ = 0;
  double learning_rate_ = 0;
};

}  // namespace expunge
