// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <torch/nn/module.h>

#include "framework/config/spec.hpp"
#include "framework/random/key.hpp"

namespace expunge {

/// What the configuration says a model must fit: never taken from the samples.
struct ModelShape {
  std::vector<std::int64_t> input;  ///< of one sample, channels first: {1, 28, 28}; {600}
  std::int64_t classes = 0;

  [[nodiscard]] std::int64_t features() const;
};

/// The circumstances of one forward pass.
struct Pass {
  bool training = false;
  std::span<const std::uint64_t> ids;  ///< of the batch's samples, row by row; needed in training alone
  Key dropout;                         ///< keys the masks of this shard, stage and epoch
};

/// The plain form of a feed-forward network: linear layers with one activation between them and none after the last.
/// What has this form can be trained without autograd.
struct DenseStack {
  struct Layer {
    torch::Tensor weight;  ///< [out, in]
    torch::Tensor bias;    ///< [out]
  };
  enum class Activation : std::uint8_t { kRelu, kTanh };
  std::vector<Layer> layers;
  Activation activation = Activation::kRelu;
};

/// A classifier. Parameters and buffers are the module's own, in the order of their registration: the canonical order
/// of states and digests. All are float32, but for counters in buffers (int64).
class Model : public torch::nn::Module {
 public:
  /// Logits [b, classes] of a batch [b, input…]. Dropout draws from `pass` alone, never from a global generator.
  virtual torch::Tensor logits(const torch::Tensor& batch, const Pass& pass) = 0;
  /// The plain form, where this model has it: its tensors alias the model's parameters.
  [[nodiscard]] virtual std::unique_ptr<DenseStack> dense_stack() const { return nullptr; }
  /// True where statistics over a batch enter, so that a batch of one can't be trained on.
  [[nodiscard]] virtual bool normalises_over_batch() const { return false; }
};

/// Throws UsageError where the name or an argument of `spec` is unknown, or where the shape doesn't fit (naming both).
/// The weights are PyTorch's defaults and not yet keyed: see `initialise`.
[[nodiscard]] std::shared_ptr<Model> make_model(const Spec& spec, const ModelShape& shape);

/// Draws the initial weights: uniform in ±1/√(fan in) for weights and biases of linear and convolutional layers, ones
/// and zeros for norms. Each parameter has a stream of its own under `key`, which the caller derives for the shard.
void initialise(Model& model, const Key& key);

}  // namespace expunge
