// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "framework/model/model.hpp"

namespace expunge {

/// A model made of LibTorch's modules: what the built-in architectures derive from.
///
///   class Tiny : public ModuleModel {
///     explicit Tiny(…) : ModuleModel(traits) { linear_ = add("linear", torch::nn::Linear(9, 3)); }
///     torch::Tensor logits(…) override { return linear_(batch); }
///     torch::nn::Linear linear_{nullptr};   // its tensors are "linear.weight" and "linear.bias"
///   };
class ModuleModel : public Model {
 public:
  /// By a rule for each type of layer: see `initialise_layer`. Throws Bug naming a layer whose type has none. A model
  /// that begins in its own way overrides this.
  void initialise(const Key& key) override;

 protected:
  explicit ModuleModel(const ModelTraits& traits) : Model(traits) {}

  /// Adds a layer, to be called in the order of the forward pass: its tensors are the model's from here on, under names
  /// that begin with `name` and a dot.
  template <class Layer>
  Layer add(const std::string& name, Layer layer) {
    take_on(name, layer.ptr());
    return layer;
  }

 private:
  void take_on(const std::string& name, std::shared_ptr<torch::nn::Module> layer);

  std::vector<std::pair<std::string, std::shared_ptr<torch::nn::Module>>> layers_;
};

/// Draws one layer's own parameters and buffers, not those of layers within it: uniform in ±1/√(fan in) for the weights
/// and biases of linear and convolutional layers, ones and zeros for norms. Each parameter draws from a stream that its
/// name keys, `name` being the layer's. Throws Bug naming a layer that has tensors and is of another type.
void initialise_layer(const std::string& name, torch::nn::Module& layer, const Key& key);

}  // namespace expunge
