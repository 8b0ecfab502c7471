// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <map>

#include <torch/torch.h>

#include "shards/train/gradient_step.hpp"

namespace expunge {

namespace {

class StaticStep : public GradientStep {
 public:
  StaticStep(std::unique_ptr<DenseStack> stack, std::shared_ptr<const Loss> loss)
      : activation_(stack->activation), loss_(std::move(loss)) {
    for (auto& layer : stack->layers) {
      const torch::Tensor weight = layer.weight.detach();
      layers_.push_back({weight, weight.t(), layer.bias.detach(), torch::Tensor(), torch::Tensor()});
    }
  }

  void run(const Batch& batch, Optimizer& optimizer, std::vector<torch::Tensor>* gradients) override {
    const torch::NoGradGuard no_gradients;
    Workspace& work = workspace(batch.input);
    const std::size_t last = layers_.size() - 1;
    torch::Tensor input = batch.input.view({batch.input.size(0), -1});

    for (std::size_t l = 0; l <= last; ++l) {
      Buffers& buffers = work.layers[l];
      at::addmm_out(buffers.output, layers_[l].bias, l == 0 ? input : work.layers[l - 1].output, layers_[l].transposed);
      if (l < last) activate(buffers.output);
    }
    loss_->gradient_out(work.layers[last].gradient, work.layers[last].output, batch.labels);

    if (gradients != nullptr) gradients->resize(2 * layers_.size());
    for (std::size_t l = last + 1; l-- > 0;) {
      const Buffers& buffers = work.layers[l];
      const torch::Tensor& from = l == 0 ? input : work.layers[l - 1].output;
      if (l > 0) {  // before the weights change
        at::mm_out(work.layers[l - 1].gradient, buffers.gradient, layers_[l].weight);
        backward_activation(work.layers[l - 1]);
      }
      update(l, buffers, from, optimizer, gradients);
    }
  }

 private:
  struct Layer {
    torch::Tensor weight;      // [out, in]
    torch::Tensor transposed;  // a view of it
    torch::Tensor bias;
    torch::Tensor weight_gradient;  // made when first needed
    torch::Tensor bias_gradient;
  };
  struct Buffers {
    torch::Tensor output;               // [b, out], after the activation
    torch::Tensor gradient;             // [b, out], of the loss with respect to the layer's linear output
    torch::Tensor gradient_transposed;  // a view of it
  };
  struct Workspace {
    std::vector<Buffers> layers;
  };

  Workspace& workspace(const torch::Tensor& input) {
    const std::int64_t rows = input.size(0);
    const auto found = workspaces_.find(rows);
    if (found != workspaces_.end()) return found->second;
    // A stage knows two or three batch sizes; those of earlier stages are dropped rather than piled up.
    if (workspaces_.size() >= 4) workspaces_.clear();
    Workspace& made = workspaces_[rows];
    for (const auto& layer : layers_) {
      const auto output = torch::empty({rows, layer.weight.size(0)}, input.options());
      const auto gradient = torch::empty_like(output);
      made.layers.push_back({output, gradient, gradient.t()});
    }
    return made;
  }

  void activate(torch::Tensor& values) const {
    if (activation_ == DenseStack::Activation::kTanh)
      values.tanh_();
    else
      values.relu_();
  }

  void backward_activation(Buffers& buffers) const {
    if (activation_ == DenseStack::Activation::kTanh)
      at::tanh_backward_out(buffers.gradient, buffers.gradient, buffers.output);
    else
      at::threshold_backward_out(buffers.gradient, buffers.gradient, buffers.output, 0);
  }

  void update(std::size_t l, const Buffers& buffers, const torch::Tensor& from, Optimizer& optimizer,
              std::vector<torch::Tensor>* gradients) {
    Layer& layer = layers_[l];
    if (!layer.bias_gradient.defined()) layer.bias_gradient = torch::empty_like(layer.bias);
    at::sum_out(layer.bias_gradient, buffers.gradient, {0});
    const bool folded = optimizer.folds_into_product();
    if (!folded || gradients != nullptr) {
      if (!layer.weight_gradient.defined()) layer.weight_gradient = torch::empty_like(layer.weight);
      at::mm_out(layer.weight_gradient, buffers.gradient_transposed, from);
    }
    if (gradients != nullptr) {
      (*gradients)[2 * l] = layer.weight_gradient.clone();
      (*gradients)[2 * l + 1] = layer.bias_gradient.clone();
    }
    if (folded)
      layer.weight.addmm_(buffers.gradient_transposed, from, optimizer.folded_decay(), -optimizer.folded_rate());
    else
      optimizer.apply(2 * l, layer.weight_gradient);
    optimizer.apply(2 * l + 1, layer.bias_gradient);
  }

  DenseStack::Activation activation_;
  std::shared_ptr<const Loss> loss_;
  std::vector<Layer> layers_;
  std::map<std::int64_t, Workspace> workspaces_;
};

}  // namespace

std::unique_ptr<GradientStep> make_static_step(std::unique_ptr<DenseStack> stack, std::shared_ptr<const Loss> loss) {
  return std::make_unique<StaticStep>(std::move(stack), std::move(loss));
}

}  // namespace expunge
