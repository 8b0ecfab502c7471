// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include <torch/torch.h>

#include "framework/core/error.hpp"
#include "framework/model/architecture.hpp"
#include "framework/model/keyed_dropout.hpp"
#include "framework/model/module_model.hpp"
#include "framework/model/norm.hpp"

namespace expunge {

namespace {

struct MlpSettings {
  std::vector<std::int64_t> hidden;
  DenseStack::Activation activation = DenseStack::Activation::kRelu;
  NormKind norm = NormKind::kNone;
  double dropout = 0;

  [[nodiscard]] ModelTraits traits() const {
    const bool plain = norm == NormKind::kNone && dropout == 0;
    return {.static_form = plain,
            .batch_statistics = norm == NormKind::kBatch,
            .convex = plain && hidden.empty(),
            .stochastic = dropout > 0};
  }
};

MlpSettings read_logistic(const Spec& spec) {
  spec.expect(0, "", {"norm", "dropout"});
  return {{}, DenseStack::Activation::kRelu, norm_of(spec), spec.real_or("dropout", 0.0, 0.0, 0.99)};
}

MlpSettings read_mlp(const Spec& spec) {
  spec.expect(0, "", {"hidden", "activation", "norm", "dropout"});
  const auto hidden = spec.integers_or("hidden", {128}, 1, 1'000'000);
  const bool tanh = spec.choice_or("activation", "relu", {"relu", "tanh"}) == "tanh";
  return {hidden, tanh ? DenseStack::Activation::kTanh : DenseStack::Activation::kRelu, norm_of(spec),
          spec.real_or("dropout", 0.0, 0.0, 0.99)};
}

/// Linear layers, each but the last followed by norm, activation and dropout. Without hidden layers it is the logistic
/// regression, whose norm and dropout act on the input.
class Mlp : public ModuleModel {
 public:
  Mlp(MlpSettings settings, const ModelShape& shape) : ModuleModel(settings.traits()), settings_(std::move(settings)) {
    std::int64_t width = shape.features();
    if (settings_.hidden.empty()) norms_.push_back(add("norm1", Norm(settings_.norm, width)));
    for (const auto units : settings_.hidden) {
      const std::string number = std::to_string(linears_.size() + 1);
      linears_.push_back(add("linear" + number, torch::nn::Linear(width, units)));
      norms_.push_back(add("norm" + number, Norm(settings_.norm, units)));
      width = units;
    }
    linears_.push_back(add("linear" + std::to_string(linears_.size() + 1), torch::nn::Linear(width, shape.classes)));
  }

  torch::Tensor logits(const torch::Tensor& batch, const Pass& pass) override {
    torch::Tensor values = batch.flatten(1);
    if (linears_.size() == 1) values = keyed_dropout(norms_[0](values, pass.training), settings_.dropout, 0, pass);
    for (std::size_t i = 0; i + 1 < linears_.size(); ++i) {
      values = norms_[i](linears_[i](values), pass.training);
      values = settings_.activation == DenseStack::Activation::kTanh ? values.tanh() : values.relu();
      values = keyed_dropout(values, settings_.dropout, static_cast<std::uint32_t>(i), pass);
    }
    return linears_.back()(values);
  }

  [[nodiscard]] std::unique_ptr<DenseStack> dense_stack() const override {
    if (!traits().static_form) return nullptr;
    auto stack = std::make_unique<DenseStack>();
    stack->activation = settings_.activation;
    for (const auto& linear : linears_) stack->layers.push_back({linear->weight, linear->bias});
    return stack;
  }

 private:
  MlpSettings settings_;
  std::vector<torch::nn::Linear> linears_;
  std::vector<Norm> norms_;
};

}  // namespace

extern const Architecture kLogistic;
const Architecture kLogistic{"logistic", "norm=none|batch|group,dropout=P",
                             [](const Spec& spec, const ModelShape& /*shape*/) { return read_logistic(spec).traits(); },
                             [](const Spec& spec, const ModelShape& shape) -> std::shared_ptr<Model> {
                               return std::make_shared<Mlp>(read_logistic(spec), shape);
                             }};

extern const Architecture kMlp;
const Architecture kMlp{"mlp", "hidden=128x64,activation=relu|tanh,norm=none|batch|group,dropout=P",
                        [](const Spec& spec, const ModelShape& /*shape*/) { return read_mlp(spec).traits(); },
                        [](const Spec& spec, const ModelShape& shape) -> std::shared_ptr<Model> {
                          return std::make_shared<Mlp>(read_mlp(spec), shape);
                        }};

}  // namespace expunge
