// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/train/optimizer.hpp"

#include <cmath>

#include <torch/torch.h>

#include "framework/core/error.hpp"

namespace expunge {

namespace {

// x^n by squaring: the same bits on every machine, which std::pow does not promise.
double power(double x, std::int64_t n) {
  double result = 1;
  for (; n > 0; n /= 2) {
    if (n % 2 == 1) result *= x;
    x *= x;
  }
  return result;
}

struct AdamRates {
  float beta1, beta2, rest1, rest2, decay, step_size, scale2, epsilon, shrink;
};

// Plain loops over contiguous floats: the compiler vectorises them without changing a bit.
void sgd_plain(float* __restrict w, const float* __restrict g, std::int64_t n, float rate, float decay) {
  for (std::int64_t i = 0; i < n; ++i) w[i] -= rate * (g[i] + decay * w[i]);
}

void sgd_momentum(float* __restrict w, const float* __restrict g, float* __restrict v, std::int64_t n, float rate,
                  float decay, float momentum) {
  for (std::int64_t i = 0; i < n; ++i) {
    v[i] = momentum * v[i] + (g[i] + decay * w[i]);
    w[i] -= rate * v[i];
  }
}

void sgd_nesterov(float* __restrict w, const float* __restrict g, float* __restrict v, std::int64_t n, float rate,
                  float decay, float momentum) {
  for (std::int64_t i = 0; i < n; ++i) {
    const float gradient = g[i] + decay * w[i];
    v[i] = momentum * v[i] + gradient;
    w[i] -= rate * (gradient + momentum * v[i]);
  }
}

void adam(float* __restrict w, const float* __restrict g, float* __restrict m, float* __restrict v, std::int64_t n,
          const AdamRates& r) {
  for (std::int64_t i = 0; i < n; ++i) {
    const float gradient = g[i] + r.decay * w[i];
    m[i] = r.beta1 * m[i] + r.rest1 * gradient;
    v[i] = r.beta2 * v[i] + r.rest2 * (gradient * gradient);
    w[i] = r.shrink * w[i] - r.step_size * (m[i] / (std::sqrt(v[i]) * r.scale2 + r.epsilon));
  }
}

}  // namespace

Optimizer::Optimizer(const TrainingConfiguration& configuration, std::vector<torch::Tensor> parameters)
    : configuration_(configuration), parameters_(std::move(parameters)) {
  std::vector<std::string> names;
  if (configuration.optimizer != OptimizerKind::kSgd)
    names = {"first_moment", "second_moment"};
  else if (configuration.momentum != 0)
    names = {"momentum"};
  for (const auto& name : names) {
    slots_.push_back({name, {}});
    for (const auto& parameter : parameters_)
      slots_.back().tensors.push_back(torch::zeros_like(parameter).set_requires_grad(false));
  }
}

void Optimizer::reset() {
  const torch::NoGradGuard no_gradients;
  for (auto& slot : slots_)
    for (auto& tensor : slot.tensors) tensor.zero_();
  steps_ = 0;
}

bool Optimizer::folds_into_product() const {
  return configuration_.optimizer == OptimizerKind::kSgd && configuration_.momentum == 0;
}

void Optimizer::begin_step(double learning_rate) {
  ++steps_;
  learning_rate_ = learning_rate;
}

void Optimizer::apply(std::size_t index, const torch::Tensor& gradient) {
  const auto& parameter = parameters_[index];
  const auto& c = configuration_;
  const bool is_adam = c.optimizer != OptimizerKind::kSgd;
  const bool decoupled = c.optimizer == OptimizerKind::kAdamW;
  const auto rate = static_cast<float>(learning_rate_);
  const auto decay = static_cast<float>(c.weight_decay);
  AdamRates rates{};
  if (is_adam) {
    rates = {static_cast<float>(c.beta1),
             static_cast<float>(c.beta2),
             static_cast<float>(1 - c.beta1),  // in double: 1 − 0.999F is off by 5e-5 of itself
             static_cast<float>(1 - c.beta2),
             decoupled ? 0.0F : decay,
             static_cast<float>(learning_rate_ / (1 - power(c.beta1, steps_))),
             static_cast<float>(1 / std::sqrt(1 - power(c.beta2, steps_))),
             static_cast<float>(c.epsilon),
             decoupled ? static_cast<float>(1 - learning_rate_ * c.weight_decay) : 1.0F};
  }

  if (parameter.is_cpu()) {
    auto* w = parameter.data_ptr<float>();
    const auto* g = gradient.data_ptr<float>();
    const std::int64_t n = parameter.numel();
    const auto slot = [&](std::size_t i) { return slots_[i].tensors[index].data_ptr<float>(); };
    if (is_adam)
      adam(w, g, slot(0), slot(1), n, rates);
    else if (c.momentum == 0)
      sgd_plain(w, g, n, rate, decay);
    else if (c.nesterov)
      sgd_nesterov(w, g, slot(0), n, rate, decay, static_cast<float>(c.momentum));
    else
      sgd_momentum(w, g, slot(0), n, rate, decay, static_cast<float>(c.momentum));
    return;
  }

  auto w = parameter.detach();
  auto g = gradient.detach();
  if (!decoupled && c.weight_decay != 0) g.add_(w, c.weight_decay);
  if (is_adam) {
    auto& m = slots_[0].tensors[index];
    auto& v = slots_[1].tensors[index];
    m.mul_(c.beta1).add_(g, 1 - c.beta1);
    v.mul_(c.beta2).addcmul_(g, g, 1 - c.beta2);
    if (decoupled) w.mul_(rates.shrink);
    w.addcdiv_(m, v.sqrt().mul_(rates.scale2).add_(rates.epsilon), -rates.step_size);
  } else if (c.momentum == 0) {
    w.add_(g, -learning_rate_);
  } else {
    auto& v = slots_[0].tensors[index];
    v.mul_(c.momentum).add_(g);
    if (c.nesterov)
      w.add_(g.add_(v, c.momentum), -learning_rate_);
    else
      w.add_(v, -learning_rate_);
  }
}

}  // namespace expunge
