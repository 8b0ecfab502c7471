// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <torch/torch.h>

#include "framework/core/error.hpp"
#include "framework/loss/loss.hpp"
#include "tests/support/failure_message.hpp"

using namespace expunge;
using expunge::testing::contains;

namespace {

std::shared_ptr<const Loss> make(const std::string& spec) {
  return make_loss(Spec::parse(spec, "loss"));
}

std::shared_ptr<const Loss> cross_entropy(double smoothing) {
  return make(fmt::format("cross-entropy:smoothing={}", smoothing));
}

torch::Tensor torch_loss(const torch::Tensor& logits, const torch::Tensor& labels, double smoothing) {
  namespace F = torch::nn::functional;
  return F::cross_entropy(logits, labels, F::CrossEntropyFuncOptions().label_smoothing(smoothing));
}

torch::Tensor labels_of(std::int64_t rows) {
  return (torch::arange(rows, torch::kInt64) * 7 + 1).remainder(4);
}

/// A loss that writes no gradient out: the mean square of the logits' distance to the label's one-hot vector.
class SquaredError : public Loss {
 public:
  [[nodiscard]] torch::Tensor value(const torch::Tensor& logits, const torch::Tensor& labels) const override {
    const auto target = torch::one_hot(labels, logits.size(1)).to(logits.options());
    return (logits - target).square().sum(1).mean();
  }
};

}  // namespace

TEST_CASE("cross-entropy's gradient is that of LibTorch's cross-entropy, and its rows sum to zero") {
  for (const double smoothing : {0.0, 0.1, 0.6}) {
    for (const std::int64_t rows : {1, 2, 9}) {
      CAPTURE(smoothing);
      CAPTURE(rows);
      const torch::Tensor labels = labels_of(rows);
      const torch::Tensor logits = (torch::arange(rows * 4).view({rows, 4}).sin() * 5).requires_grad_(true);
      torch_loss(logits, labels, smoothing).backward();
      torch::Tensor gradient = torch::empty({rows, 4});

      cross_entropy(smoothing)->gradient_out(gradient, logits.detach(), labels);

      CHECK(torch::allclose(gradient, logits.grad(), 1e-5, 1e-7));
      CHECK(gradient.sum(1).abs().max().item<double>() < 1e-6);
      CHECK(torch::equal(cross_entropy(smoothing)->value(logits, labels), torch_loss(logits, labels, smoothing)));
    }
  }
}

TEST_CASE("logits of any size have a finite gradient of cross-entropy") {
  const torch::Tensor logits = torch::tensor({{1e30F, -1e30F, 0.0F, 5.0F}, {-500.0F, -600.0F, -700.0F, -800.0F}});
  torch::Tensor gradient = torch::empty({2, 4});

  make("cross-entropy")->gradient_out(gradient, logits, torch::tensor({1, 0}, torch::kInt64));

  CHECK(torch::allclose(gradient, torch::tensor({{0.5F, -0.5F, 0.0F, 0.0F}, {0.0F, 0.0F, 0.0F, 0.0F}})));
}

TEST_CASE("a loss that writes no gradient out has the one that autograd finds, also where gradients are off") {
  const SquaredError loss;
  const torch::Tensor logits = torch::arange(8).view({2, 4}).cos();
  const torch::Tensor labels = labels_of(2);
  torch::Tensor gradient = torch::empty({2, 4});
  const torch::NoGradGuard no_gradients;

  loss.gradient_out(gradient, logits, labels);

  const auto target = torch::one_hot(labels, 4).to(torch::kFloat32);
  CHECK(torch::allclose(gradient, (logits - target) * 2 / 2, 1e-6, 1e-7));
  CHECK_FALSE(gradient.requires_grad());
}

TEST_CASE("logits stand for the probabilities that their softmax is") {
  const torch::Tensor logits = torch::tensor({{0.0F, 0.0F}, {1.0F, -1.0F}});

  CHECK(torch::equal(make("cross-entropy")->probabilities(logits), torch::softmax(logits, 1)));
}

TEST_CASE("an unknown loss and an unknown argument are refused, naming what there is") {
  CHECK_THROWS_WITH_AS(make("hinge"), doctest::Contains("unknown loss 'hinge'"), UsageError);
  CHECK_THROWS_WITH_AS(make("hinge"), doctest::Contains("cross-entropy[:smoothing=0]"), UsageError);
  CHECK_THROWS_WITH_AS(make("cross-entropy:smothing=0.1"), doctest::Contains("smothing"), UsageError);
  CHECK_THROWS_WITH_AS(make("cross-entropy:smoothing=1"), doctest::Contains("smoothing"), UsageError);
  CHECK(contains(loss_help(), "cross-entropy"));
}
