// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <torch/torch.h>

#include "framework/random/key.hpp"
#include "shards/train/optimizer.hpp"

using namespace expunge;

namespace {

constexpr int kSteps = 7;
constexpr std::size_t kSize = 23;  // no multiple of a vector register: the loop's rest is taken too

float draw(std::uint64_t what, std::uint64_t i) {
  return 2 * unit_float(Key({3, 0}).draw(what, i)) - 1;
}

torch::Tensor drawn(std::uint64_t what) {
  torch::Tensor tensor = torch::empty({static_cast<std::int64_t>(kSize)});
  for (std::size_t i = 0; i < kSize; ++i) tensor.data_ptr<float>()[i] = draw(what, i);
  return tensor;
}

/// A rate that changes with every step, as a schedule's does.
double rate_of(int step) {
  return 0.1 / (1 + 0.3 * step);
}

OptimizerOptions of_kind(OptimizerKind kind, double momentum, bool nesterov, double weight_decay) {
  OptimizerOptions c;
  c.kind = kind;
  c.momentum = momentum;
  c.nesterov = nesterov;
  c.weight_decay = weight_decay;
  return c;
}

/// The parameter after kSteps steps.
torch::Tensor optimised(const OptimizerOptions& c) {
  torch::Tensor parameter = drawn(100);
  Optimizer optimizer(c, {parameter});
  for (int step = 0; step < kSteps; ++step) {
    optimizer.begin_step(rate_of(step));
    optimizer.apply(0, drawn(static_cast<std::uint64_t>(step)));
  }
  return parameter;
}

/// The same in double precision, one number at a time, straight from the papers' formulas.
std::vector<double> by_hand(const OptimizerOptions& c) {
  std::vector<double> result;
  for (std::size_t i = 0; i < kSize; ++i) {
    double w = draw(100, i);
    double velocity = 0;
    double m = 0;
    double v = 0;
    for (int step = 0; step < kSteps; ++step) {
      const double rate = rate_of(step);
      double g = draw(static_cast<std::uint64_t>(step), i);
      if (c.kind == OptimizerKind::kAdamW)
        w -= rate * c.weight_decay * w;
      else
        g += c.weight_decay * w;
      if (c.kind == OptimizerKind::kSgd) {
        velocity = c.momentum * velocity + g;
        w -= rate * (c.nesterov ? g + c.momentum * velocity : velocity);
        continue;
      }
      m = c.beta1 * m + (1 - c.beta1) * g;
      v = c.beta2 * v + (1 - c.beta2) * g * g;
      const double corrected_m = m / (1 - std::pow(c.beta1, step + 1));
      const double corrected_v = v / (1 - std::pow(c.beta2, step + 1));
      w -= rate * corrected_m / (std::sqrt(corrected_v) + c.epsilon);
    }
    result.push_back(w);
  }
  return result;
}

/// The same by one of LibTorch's own optimisers.
template <class Options>
torch::Tensor by_libtorch(
    const std::function<std::unique_ptr<torch::optim::Optimizer>(std::vector<torch::Tensor>)>& make) {
  torch::Tensor parameter = drawn(100).requires_grad_(true);
  const auto optimizer = make({parameter});
  for (int step = 0; step < kSteps; ++step) {
    static_cast<Options&>(optimizer->param_groups()[0].options()).lr(rate_of(step));
    parameter.mutable_grad() = drawn(static_cast<std::uint64_t>(step));
    optimizer->step();
  }
  return parameter.detach();
}

const std::vector<std::pair<std::string, OptimizerOptions>>& kinds() {
  static const std::vector<std::pair<std::string, OptimizerOptions>> kKinds{
      {"plain sgd", of_kind(OptimizerKind::kSgd, 0, false, 0)},
      {"plain sgd with decay", of_kind(OptimizerKind::kSgd, 0, false, 0.05)},
      {"momentum", of_kind(OptimizerKind::kSgd, 0.9, false, 0)},
      {"momentum with decay", of_kind(OptimizerKind::kSgd, 0.8, false, 0.05)},
      {"nesterov", of_kind(OptimizerKind::kSgd, 0.9, true, 0)},
      {"nesterov with decay", of_kind(OptimizerKind::kSgd, 0.7, true, 0.05)},
      {"adam", of_kind(OptimizerKind::kAdam, 0.9, false, 0)},
      {"adam with decay", of_kind(OptimizerKind::kAdam, 0.9, false, 0.05)},
      {"adamw", of_kind(OptimizerKind::kAdamW, 0.9, false, 0)},
      {"adamw with decay", of_kind(OptimizerKind::kAdamW, 0.9, false, 0.05)}};
  return kKinds;
}

}  // namespace

TEST_CASE("every optimiser follows its formula, as computed in double precision") {
  for (const auto& kind : kinds()) {
    const auto& name = kind.first;
    const auto& c = kind.second;
    CAPTURE(name);
    const torch::Tensor found = optimised(c);
    const auto expected = by_hand(c);

    for (std::size_t i = 0; i < kSize; ++i) {
      CAPTURE(i);
      CHECK(std::abs(found.data_ptr<float>()[i] - expected[i]) < 3e-6);
      CHECK(std::abs(expected[i] - draw(100, i)) > 1e-4);  // it has moved
    }
  }
}

TEST_CASE("every optimiser ends where LibTorch's own ends, to rounding") {
  namespace optim = torch::optim;
  for (const auto& kind : kinds()) {
    const auto& name = kind.first;
    const auto& c = kind.second;
    CAPTURE(name);
    torch::Tensor expected;
    if (c.kind == OptimizerKind::kSgd)
      expected = by_libtorch<optim::SGDOptions>([&](auto parameters) {
        return std::make_unique<optim::SGD>(
            parameters, optim::SGDOptions(1).momentum(c.momentum).nesterov(c.nesterov).weight_decay(c.weight_decay));
      });
    else if (c.kind == OptimizerKind::kAdam)
      expected = by_libtorch<optim::AdamOptions>([&](auto parameters) {
        return std::make_unique<optim::Adam>(parameters, optim::AdamOptions(1).weight_decay(c.weight_decay));
      });
    else
      expected = by_libtorch<optim::AdamWOptions>([&](auto parameters) {
        return std::make_unique<optim::AdamW>(parameters, optim::AdamWOptions(1).weight_decay(c.weight_decay));
      });

    CHECK(torch::allclose(optimised(c), expected, 1e-5, 1e-6));
  }
}

TEST_CASE("plain sgd's update is the one that a matrix product can carry out: w times the decay minus rate times g") {
  const OptimizerOptions c = of_kind(OptimizerKind::kSgd, 0, false, 0.05);
  const torch::Tensor parameter = drawn(100);
  Optimizer optimizer(c, {parameter});
  REQUIRE(optimizer.folds_into_product());
  optimizer.begin_step(0.2);

  const torch::Tensor folded = parameter * optimizer.folded_decay() - drawn(1) * optimizer.folded_rate();
  optimizer.apply(0, drawn(1));

  CHECK(torch::allclose(parameter, folded, 1e-6, 1e-7));
  CHECK(optimizer.folded_rate() == 0.2);
  CHECK(optimizer.folded_decay() == doctest::Approx(1 - 0.2 * 0.05));
  CHECK_FALSE(Optimizer(of_kind(OptimizerKind::kSgd, 0.5, false, 0), {parameter}).folds_into_product());
  CHECK_FALSE(Optimizer(of_kind(OptimizerKind::kAdam, 0, false, 0), {parameter}).folds_into_product());
}

TEST_CASE("an optimiser's state is named, counted, and gone after a reset") {
  for (const auto& kind : kinds()) {
    const auto& name = kind.first;
    const auto& c = kind.second;
    CAPTURE(name);
    const torch::Tensor one = drawn(100);
    const torch::Tensor other = drawn(101);
    Optimizer optimizer(c, {one, other});
    std::vector<std::string> slots;
    for (const auto& slot : optimizer.slots()) slots.push_back(slot.name);
    CHECK(slots == (c.kind != OptimizerKind::kSgd ? std::vector<std::string>{"first_moment", "second_moment"}
                    : c.momentum != 0             ? std::vector<std::string>{"momentum"}
                                                  : std::vector<std::string>{}));

    optimizer.begin_step(0.1);
    optimizer.apply(0, drawn(1));
    optimizer.apply(1, drawn(2));
    CHECK(optimizer.steps() == 1);
    for (const auto& slot : optimizer.slots()) {
      REQUIRE(slot.tensors.size() == 2);
      CHECK(slot.tensors[0].abs().sum().item<double>() > 0);
      CHECK_FALSE(torch::equal(slot.tensors[0], slot.tensors[1]));
    }
    optimizer.reset();
    CHECK(optimizer.steps() == 0);
    for (const auto& slot : optimizer.slots()) CHECK(slot.tensors[1].abs().sum().item<double>() == 0);
  }
}
