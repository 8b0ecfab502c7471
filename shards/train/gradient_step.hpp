// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include <torch/types.h>

#include "framework/loss/loss.hpp"
#include "framework/model/model.hpp"
#include "shards/train/optimizer.hpp"

namespace expunge {

/// A batch, prepared: input [b, features of one sample…] float32, labels int64 [b], both contiguous.
struct Batch {
  torch::Tensor input;
  torch::Tensor labels;
  Pass pass;
};

/// One optimiser step on one batch's mean loss: gradients, then the update. Owns what it needs between steps.
class GradientStep {
 public:
  virtual ~GradientStep() = default;
  /// `optimizer` has begun its step. Where `gradients` is given it receives the gradient of every parameter, without
  /// weight decay and in the parameters' order; the update's bits are the same with it and without.
  virtual void run(const Batch& batch, Optimizer& optimizer, std::vector<torch::Tensor>* gradients) = 0;
};

/// By LibTorch's autograd: for every model.
[[nodiscard]] std::unique_ptr<GradientStep> make_autograd_step(std::shared_ptr<Model> model,
                                                               std::shared_ptr<const Loss> loss);

/// Forward and backward written out for a stack of dense layers: no graph is recorded, every buffer is kept from step
/// to step, and plain SGD's update is carried out by the product that computes the gradient. Gradients equal autograd's
/// up to rounding (not to the bit: which of the two a run uses is part of its configuration).
[[nodiscard]] std::unique_ptr<GradientStep> make_static_step(std::unique_ptr<DenseStack> stack,
                                                             std::shared_ptr<const Loss> loss);

}  // namespace expunge
