// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include <torch/torch.h>

#include "framework/core/error.hpp"
#include "framework/model/architecture.hpp"
#include "framework/model/keyed_dropout.hpp"
#include "framework/model/norm.hpp"

namespace expunge {

namespace {

/// Linear layers, each but the last followed by norm, activation and dropout. Without hidden layers it is the logistic
/// regression, whose norm and dropout act on the input.
class Mlp : public Model {
 public:
  Mlp(const Spec& spec, const ModelShape& shape, const std::vector<std::int64_t>& hidden,
      DenseStack::Activation activation)
      : norm_kind_(norm_of(spec)), dropout_(spec.real_or("dropout", 0.0, 0.0, 0.99)), activation_(activation) {
    std::int64_t width = shape.features();
    if (hidden.empty()) norms_.emplace_back(register_module("norm1", Norm(norm_kind_, width)));
    for (const auto units : hidden) {
      const std::string number = std::to_string(linears_.size() + 1);
      linears_.emplace_back(register_module("linear" + number, torch::nn::Linear(width, units)));
      norms_.emplace_back(register_module("norm" + number, Norm(norm_kind_, units)));
      width = units;
    }
    linears_.emplace_back(
        register_module("linear" + std::to_string(linears_.size() + 1), torch::nn::Linear(width, shape.classes)));
  }

  torch::Tensor logits(const torch::Tensor& batch, const Pass& pass) override {
    torch::Tensor values = batch.flatten(1);
    if (linears_.size() == 1) values = keyed_dropout(norms_[0](values, pass.training), dropout_, 0, pass);
    for (std::size_t i = 0; i + 1 < linears_.size(); ++i) {
      values = norms_[i](linears_[i](values), pass.training);
      values = activation_ == DenseStack::Activation::kTanh ? values.tanh() : values.relu();
      values = keyed_dropout(values, dropout_, static_cast<std::uint32_t>(i), pass);
    }
    return linears_.back()(values);
  }

  [[nodiscard]] std::unique_ptr<DenseStack> dense_stack() const override {
    if (norm_kind_ != NormKind::kNone || dropout_ > 0) return nullptr;
    auto stack = std::make_unique<DenseStack>();
    stack->activation = activation_;
    for (const auto& linear : linears_) stack->layers.push_back({linear->weight, linear->bias});
    return stack;
  }

  [[nodiscard]] bool normalises_over_batch() const override { return norm_kind_ == NormKind::kBatch; }

 private:
  NormKind norm_kind_;
  double dropout_;
  DenseStack::Activation activation_;
  std::vector<torch::nn::Linear> linears_;
  std::vector<Norm> norms_;
};

std::shared_ptr<Model> make_logistic(const Spec& spec, const ModelShape& shape) {
  spec.expect(0, "", {"norm", "dropout"});
  return std::make_shared<Mlp>(spec, shape, std::vector<std::int64_t>{}, DenseStack::Activation::kRelu);
}

std::shared_ptr<Model> make_mlp(const Spec& spec, const ModelShape& shape) {
  spec.expect(0, "", {"hidden", "activation", "norm", "dropout"});
  const auto hidden = spec.integers_or("hidden", {128}, 1, 1'000'000);
  const bool tanh = spec.choice_or("activation", "relu", {"relu", "tanh"}) == "tanh";
  return std::make_shared<Mlp>(spec, shape, hidden,
                               tanh ? DenseStack::Activation::kTanh : DenseStack::Activation::kRelu);
}

}  // namespace

extern const Architecture kLogistic;
const Architecture kLogistic{"logistic", "norm=none|batch|group,dropout=P", make_logistic};

extern const Architecture kMlp;
const Architecture kMlp{"mlp", "hidden=128x64,activation=relu|tanh,norm=none|batch|group,dropout=P", make_mlp};

}  // namespace expunge
