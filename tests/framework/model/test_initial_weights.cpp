// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <string>

#include <doctest/doctest.h>
#include <torch/torch.h>

#include "framework/core/error.hpp"
#include "framework/model/module_model.hpp"

using namespace expunge;

namespace {

std::shared_ptr<Model> drawn(const std::string& spec, const ModelShape& shape, const Key& key) {
  auto model = make_model(Spec::parse(spec, "model"), shape);
  model->initialise(key);
  return model;
}

torch::Tensor parameter(const Model& model, const std::string& name) {
  for (const auto& [key, tensor] : model.named_parameters())
    if (key == name) return tensor.detach();
  return {};
}

const Key kKey({4, 0});

}  // namespace

TEST_CASE("initial weights and biases fill the interval of their layer's fan-in and no more") {
  const auto check = [](const Model& model, const std::string& layer, double fan_in) {
    CAPTURE(layer);
    const double bound = 1 / std::sqrt(fan_in);
    const torch::Tensor weight = parameter(model, layer + ".weight");
    const auto largest = weight.abs().max().item<double>();
    CHECK(largest <= bound * (1 + 1e-6));
    CHECK(largest > 0.95 * bound);
    CHECK(std::abs(weight.mean().item<double>()) < 0.1 * bound);
    CHECK(parameter(model, layer + ".bias").abs().max().item<double>() <= bound * (1 + 1e-6));
    CHECK(parameter(model, layer + ".bias").abs().max().item<double>() > 0);
  };
  const auto mlp = drawn("mlp:hidden=50x40", {{600}, 10}, kKey);
  check(*mlp, "linear1", 600);
  check(*mlp, "linear2", 50);
  check(*mlp, "linear3", 40);
  const auto lenet = drawn("lenet", {{1, 28, 28}, 10}, kKey);
  check(*lenet, "conv1", 25);
  check(*lenet, "conv2", 150);
  check(*lenet, "fc1", 400);
}

TEST_CASE("each parameter has a stream of its own: another layer's size changes none of its draws") {
  const auto one = drawn("mlp:hidden=16x8", {{9}, 3}, kKey);
  const auto other = drawn("mlp:hidden=16x30", {{9}, 3}, kKey);

  for (const std::string name : {"linear1.weight", "linear1.bias"})
    CHECK(torch::equal(parameter(*one, name), parameter(*other, name)));
  CHECK_FALSE(torch::equal(parameter(*one, "linear1.bias").slice(0, 0, 8), parameter(*one, "linear2.bias")));
}

TEST_CASE("the same key draws the same weights, another key others") {
  const auto one = drawn("mlp:hidden=16", {{9}, 3}, kKey);
  torch::manual_seed(99);
  const auto same = drawn("mlp:hidden=16", {{9}, 3}, kKey);
  const auto other = drawn("mlp:hidden=16", {{9}, 3}, Key({5, 0}));

  for (const auto& p : one->named_parameters()) {
    CAPTURE(p.name);
    CHECK(torch::equal(p.tensor, parameter(*same, p.name)));
    CHECK_FALSE(torch::equal(p.tensor, parameter(*other, p.name)));
  }
}

TEST_CASE("a norm begins as the identity with ones and zeros, also where the model was used before") {
  for (const std::string norm : {"batch", "group"}) {
    CAPTURE(norm);
    auto model = drawn("mlp:hidden=16,norm=" + norm, {{9}, 3}, kKey);
    {
      const torch::NoGradGuard no_gradients;
      for (const auto& p : model->parameters()) p.add_(1);
      for (const auto& b : model->buffers()) b.add_(3);
    }

    model->initialise(kKey);

    const auto fresh = drawn("mlp:hidden=16,norm=" + norm, {{9}, 3}, kKey);
    CHECK(torch::equal(parameter(*model, "norm1.weight"), torch::ones({16})));
    CHECK(torch::equal(parameter(*model, "norm1.bias"), torch::zeros({16})));
    for (const auto& p : model->named_parameters()) CHECK(torch::equal(p.tensor, parameter(*fresh, p.name)));
    for (std::size_t i = 0; i < model->buffers().size(); ++i)
      CHECK(torch::equal(model->buffers()[i], fresh->buffers()[i]));
  }
}

TEST_CASE("a layer without a rule of how it begins is a bug that names it, never a wrong draw") {
  struct Foreign : ModuleModel {
    explicit Foreign(int kind) : ModuleModel({}) {
      if (kind == 0) add("norm", torch::nn::BatchNorm1d(4));
      if (kind == 1) add("norm", torch::nn::LayerNorm(torch::nn::LayerNormOptions({4})));
      if (kind == 2) add("table", torch::nn::Embedding(5, 4));
      if (kind == 3) add("block", torch::nn::Sequential(torch::nn::Linear(4, 4), torch::nn::BatchNorm1d(4)));
    }
    torch::Tensor logits(const torch::Tensor& batch, const Pass& /*pass*/) override { return batch; }
  };
  const std::vector<std::string> named{"'norm'", "'norm'", "'table'", "'block.1'"};

  for (std::size_t kind = 0; kind < named.size(); ++kind) {
    CAPTURE(kind);
    Foreign model(static_cast<int>(kind));
    CHECK_THROWS_WITH_AS(model.initialise(kKey), doctest::Contains(named[kind].c_str()), Bug);
  }
}

TEST_CASE("a model of layers within layers begins by the rule of each, under its full name") {
  struct Nested : ModuleModel {
    Nested() : ModuleModel({}) {
      add("block", torch::nn::Sequential(torch::nn::Linear(9, 16), torch::nn::ReLU(), torch::nn::Linear(16, 3)));
    }
    torch::Tensor logits(const torch::Tensor& batch, const Pass& /*pass*/) override { return batch; }
  };
  Nested model;
  REQUIRE(model.named_parameters().size() == 4);
  CHECK(model.named_parameters()[2].name == "block.2.weight");

  model.initialise(kKey);

  const auto largest = parameter(model, "block.2.weight").abs().max().item<double>();
  CHECK(largest <= 0.25 * (1 + 1e-6));
  CHECK(largest > 0.2);
}
