// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <torch/torch.h>

#include "framework/core/error.hpp"
#include "framework/model/architecture.hpp"
#include "framework/model/keyed_dropout.hpp"
#include "framework/model/max_pool.hpp"
#include "framework/model/module_model.hpp"
#include "framework/model/norm.hpp"

namespace expunge {

namespace {

struct LenetSettings {
  NormKind norm = NormKind::kNone;
  double dropout = 0;
  bool tanh = false;

  [[nodiscard]] ModelTraits traits() const {
    return {.batch_statistics = norm == NormKind::kBatch, .stochastic = dropout > 0};
  }
};

LenetSettings read_lenet(const Spec& spec, const ModelShape& shape) {
  spec.expect(0, "", {"activation", "norm", "dropout"});
  if (shape.input.size() != 3 || shape.input[1] < 12 || shape.input[2] < 12)
    throw UsageError(
        fmt::format("lenet takes images of at least 12x12 (channels x height x width), but the data's samples are {}: "
                    "choose mlp or logistic, or other data",
                    fmt::join(shape.input, "x")));
  return {norm_of(spec), spec.real_or("dropout", 0.0, 0.0, 0.99),
          spec.choice_or("activation", "relu", {"relu", "tanh"}) == "tanh"};
}

/// LeNet-5 (LeCun et al. 1998) in the form it is used today: max pooling, and fully connected layers of 120 and 84
/// units.
class Lenet : public ModuleModel {
 public:
  Lenet(const LenetSettings& settings, const ModelShape& shape) : ModuleModel(settings.traits()), settings_(settings) {
    const auto pooled = [](std::int64_t extent) { return (extent / 2 - 4) / 2; };
    conv1_ = add("conv1", torch::nn::Conv2d(torch::nn::Conv2dOptions(shape.input[0], 6, 5).padding(2)));
    norm1_ = add("norm1", Norm(settings_.norm, 6));
    conv2_ = add("conv2", torch::nn::Conv2d(torch::nn::Conv2dOptions(6, 16, 5)));
    norm2_ = add("norm2", Norm(settings_.norm, 16));
    fc1_ = add("fc1", torch::nn::Linear(16 * pooled(shape.input[1]) * pooled(shape.input[2]), 120));
    fc2_ = add("fc2", torch::nn::Linear(120, 84));
    fc3_ = add("fc3", torch::nn::Linear(84, shape.classes));
  }

  torch::Tensor logits(const torch::Tensor& batch, const Pass& pass) override {
    // The activations never decrease, so they may come after the maximum: on a quarter of the places.
    torch::Tensor values = activate(max_pool_2x2(norm1_(conv1_(batch), pass.training)));
    values = activate(max_pool_2x2(norm2_(conv2_(values), pass.training))).flatten(1);
    values = keyed_dropout(activate(fc1_(values)), settings_.dropout, 0, pass);
    values = keyed_dropout(activate(fc2_(values)), settings_.dropout, 1, pass);
    return fc3_(values);
  }

 private:
  [[nodiscard]] torch::Tensor activate(const torch::Tensor& values) const {
    return settings_.tanh ? values.tanh() : values.relu();
  }

  LenetSettings settings_;
  torch::nn::Conv2d conv1_{nullptr};
  torch::nn::Conv2d conv2_{nullptr};
  Norm norm1_{nullptr};
  Norm norm2_{nullptr};
  torch::nn::Linear fc1_{nullptr};
  torch::nn::Linear fc2_{nullptr};
  torch::nn::Linear fc3_{nullptr};
};

}  // namespace

extern const Architecture kLenet;
const Architecture kLenet{"lenet", "activation=relu|tanh,norm=none|batch|group,dropout=P",
                          [](const Spec& spec, const ModelShape& shape) { return read_lenet(spec, shape).traits(); },
                          [](const Spec& spec, const ModelShape& shape) -> std::shared_ptr<Model> {
                            return std::make_shared<Lenet>(read_lenet(spec, shape), shape);
                          }};

}  // namespace expunge
