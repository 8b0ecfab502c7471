// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>

#include <doctest/doctest.h>
#include <torch/torch.h>

#include "framework/model/max_pool.hpp"

namespace expunge {

namespace {

struct Pooled {
  torch::Tensor maxima;
  torch::Tensor gradient;
};

Pooled pooled(const torch::Tensor& values, torch::Tensor (*pool)(const torch::Tensor&)) {
  const torch::Tensor input = values.detach().clone().requires_grad_();
  const torch::Tensor maxima = pool(input);
  maxima.backward(torch::arange(1, maxima.numel() + 1, torch::kFloat32).view(maxima.sizes()));
  return {maxima.detach(), input.grad()};
}

}  // namespace

TEST_CASE("a window gives its maximum, and the maximum's place gets the gradient") {
  const auto values = torch::tensor({1.0F, 4.0F, -1.0F, -2.0F,  //
                                     3.0F, 2.0F, -4.0F, -0.5F})
                          .view({1, 1, 2, 4});

  const Pooled result = pooled(values, max_pool_2x2);

  CHECK(torch::equal(result.maxima, torch::tensor({4.0F, -0.5F}).view({1, 1, 1, 2})));
  CHECK(torch::equal(result.gradient,
                     torch::tensor({0.0F, 1.0F, 0.0F, 0.0F, 0.0F, 0.0F, 0.0F, 2.0F}).view({1, 1, 2, 4})));
}

TEST_CASE("values and gradients are LibTorch's to the bit, with ties, odd edges and other layouts") {
  torch::manual_seed(7);
  for (const auto& sizes : {std::vector<std::int64_t>{3, 2, 8, 8}, {2, 5, 7, 10}, {1, 3, 9, 5}, {4, 1, 2, 3}}) {
    const torch::Tensor few_values = torch::randint(-2, 3, sizes).to(torch::kFloat32);
    const auto theirs = pooled(few_values, [](const torch::Tensor& t) { return torch::max_pool2d(t, 2); });

    for (const auto& values : {few_values, few_values.transpose(2, 3).contiguous().transpose(2, 3)}) {
      const Pooled ours = pooled(values, max_pool_2x2);

      CHECK(torch::equal(ours.maxima, theirs.maxima));
      CHECK(torch::equal(ours.gradient, theirs.gradient));
    }
  }
}

TEST_CASE("the gradient's own gradient is LibTorch's to the bit") {
  torch::manual_seed(8);
  for (const auto& sizes : {std::vector<std::int64_t>{3, 2, 8, 8}, {2, 5, 7, 10}, {1, 3, 9, 5}}) {
    const torch::Tensor values = torch::randn(sizes);
    const torch::Tensor vector = torch::randn(sizes);
    const auto second = [&](const auto& pool) {
      const torch::Tensor input = values.clone().requires_grad_();
      const torch::Tensor curved = pool(input * input).pow(3).sum();
      const auto gradient = torch::autograd::grad({curved}, {input}, {}, true, /*create_graph=*/true)[0];
      return torch::autograd::grad({(gradient * vector).sum()}, {input})[0];
    };

    const torch::Tensor ours = second([](const torch::Tensor& t) { return max_pool_2x2(t); });

    CHECK(torch::equal(ours, second([](const torch::Tensor& t) { return torch::max_pool2d(t, 2); })));
    CHECK(ours.count_nonzero().item<std::int64_t>() > 0);
  }
}

TEST_CASE("a window with a NaN gives NaN") {
  for (std::int64_t place = 0; place < 4; ++place) {
    auto values = torch::ones({1, 1, 2, 2});
    values.view({4})[place] = std::numeric_limits<float>::quiet_NaN();

    const torch::Tensor maximum = max_pool_2x2(values);

    CHECK(std::isnan(maximum.item<float>()));
  }
}

}  // namespace expunge
