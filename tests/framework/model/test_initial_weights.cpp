// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <string>

#include <doctest/doctest.h>
#include <torch/torch.h>

#include "framework/model/model.hpp"

using namespace expunge;

namespace {

std::shared_ptr<Model> drawn(const std::string& spec, const ModelShape& shape, const Key& key) {
  auto model = make_model(Spec::parse(spec, "model"), shape);
  initialise(*model, key);
  return model;
}

torch::Tensor parameter(const Model& model, const std::string& name) {
  return model.named_parameters()[name].detach();
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
    CAPTURE(p.key());
    CHECK(torch::equal(p.value(), parameter(*same, p.key())));
    CHECK_FALSE(torch::equal(p.value(), parameter(*other, p.key())));
  }
}

TEST_CASE("a norm begins as the identity with ones and zeros, also where the model was used before") {
  for (const std::string norm : {"batch", "group"}) {
    CAPTURE(norm);
    auto model = drawn("mlp:hidden=16,norm=" + norm, {{9}, 3}, kKey);
    {
      const torch::NoGradGuard no_gradients;
      for (auto& p : model->parameters()) p.add_(1);
      for (auto& b : model->buffers()) b.add_(3);
    }

    initialise(*model, kKey);

    const auto fresh = drawn("mlp:hidden=16,norm=" + norm, {{9}, 3}, kKey);
    CHECK(torch::equal(parameter(*model, "norm1.weight"), torch::ones({16})));
    CHECK(torch::equal(parameter(*model, "norm1.bias"), torch::zeros({16})));
    for (const auto& p : model->named_parameters()) CHECK(torch::equal(p.value(), parameter(*fresh, p.key())));
    for (const auto& b : model->named_buffers()) CHECK(torch::equal(b.value(), fresh->named_buffers()[b.key()]));
  }
}
