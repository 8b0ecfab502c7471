// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <torch/types.h>

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

/// A tensor of a model under its name in states: "linear1.weight".
struct NamedTensor {
  std::string name;
  torch::Tensor tensor;
};

/// What of a model other code must know before there is one: a function of its SPEC alone.
struct ModelTraits {
  bool static_form = false;       ///< it has a `dense_stack`, and so trains without autograd
  bool batch_statistics = false;  ///< statistics over a batch enter, so that a batch of one can't be trained on
  bool convex = false;            ///< cross-entropy of its logits is convex in its parameters
  bool stochastic = false;        ///< a pass in training draws random numbers
};

/// A classifier: logits, and the named tensors that they follow from. All are float32, but for counters in buffers
/// (int64).
class Model {
 public:
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;
  virtual ~Model() = default;

  /// Logits [b, classes] of a batch [b, input…]. Dropout draws from `pass` alone, never from a global generator.
  virtual torch::Tensor logits(const torch::Tensor& batch, const Pass& pass) = 0;
  /// Puts every parameter and buffer to what it is before any training. Each parameter has a stream of its own under
  /// `key`, which the caller derives for the shard.
  virtual void initialise(const Key& key) = 0;
  /// The plain form, where the traits promise one: its tensors alias the model's parameters.
  [[nodiscard]] virtual std::unique_ptr<DenseStack> dense_stack() const { return nullptr; }

  [[nodiscard]] const ModelTraits& traits() const { return traits_; }
  /// In the canonical order of states and digests. The tensors are the model's own.
  [[nodiscard]] const std::vector<NamedTensor>& named_parameters() const { return parameters_; }
  /// Likewise; what is trained along without a gradient: running statistics.
  [[nodiscard]] const std::vector<NamedTensor>& named_buffers() const { return buffers_; }
  [[nodiscard]] std::vector<torch::Tensor> parameters() const;
  [[nodiscard]] std::vector<torch::Tensor> buffers() const;

  /// Moves all tensors. Whoever holds one of them sees it moved.
  void to(torch::Device device);

 protected:
  explicit Model(const ModelTraits& traits) : traits_(traits) {}
  /// To be called once a tensor, in the canonical order.
  void add_parameter(std::string name, const torch::Tensor& tensor);
  void add_buffer(std::string name, const torch::Tensor& tensor);

 private:
  ModelTraits traits_;
  std::vector<NamedTensor> parameters_;
  std::vector<NamedTensor> buffers_;
};

/// The traits of the model that `make_model` would make. Throws UsageError where the name or an argument of `spec` is
/// unknown, or where the shape doesn't fit (naming both).
[[nodiscard]] ModelTraits model_traits(const Spec& spec, const ModelShape& shape);

/// Throws what `model_traits` throws. The weights are PyTorch's defaults and not yet keyed: see `Model::initialise`.
[[nodiscard]] std::shared_ptr<Model> make_model(const Spec& spec, const ModelShape& shape);

}  // namespace expunge
