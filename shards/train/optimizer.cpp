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

/// One number of a tensor, with those operations of a tensor that the rules below are written in.
struct Number {
  float value;
  Number& mul_(float factor) {
    value = value * factor;
    return *this;
  }
  Number& add_(Number other) {
    value = value + other.value;
    return *this;
  }
  Number& add_(Number other, float factor) {
    value = value + factor * other.value;
    return *this;
  }
  Number& add_(float other) {
    value = value + other;
    return *this;
  }
  Number& addcmul_(Number one, Number other, float factor) {
    value = value + factor * (one.value * other.value);
    return *this;
  }
  Number& addcdiv_(Number one, Number other, float factor) {
    value = value + factor * (one.value / other.value);
    return *this;
  }
  [[nodiscard]] Number sqrt() const { return {std::sqrt(value)}; }
};

// What leaves a tensor as it is costs a pass over it, and a number nothing.
void add_decay(Number& gradient, Number weight, float decay) {
  gradient.add_(weight, decay);
}
void add_decay(torch::Tensor& gradient, const torch::Tensor& weight, float decay) {
  if (decay != 0) gradient.add_(weight, decay);
}
void shrink(Number& weight, float factor) {
  weight.mul_(factor);
}
void shrink(torch::Tensor& weight, float factor) {
  if (factor != 1) weight.mul_(factor);
}

// The rules, each stated once: of single numbers in a loop on a CPU, of whole tensors on other devices.

struct PlainSgd {
  static constexpr std::size_t kSlots = 0;
  float rate, decay;
  template <class Value>
  void operator()(Value& w, Value& g) const {
    add_decay(g, w, decay);
    w.add_(g, -rate);
  }
};

struct MomentumSgd {
  static constexpr std::size_t kSlots = 1;
  float rate, decay, momentum;
  template <class Value>
  void operator()(Value& w, Value& g, Value& v) const {
    add_decay(g, w, decay);
    v.mul_(momentum).add_(g);
    w.add_(v, -rate);
  }
};

struct NesterovSgd {
  static constexpr std::size_t kSlots = 1;
  float rate, decay, momentum;
  template <class Value>
  void operator()(Value& w, Value& g, Value& v) const {
    add_decay(g, w, decay);
    v.mul_(momentum).add_(g);
    w.add_(g.add_(v, momentum), -rate);
  }
};

/// Adam, and AdamW where `decay` is 0 and `shrinks` is not 1.
struct Adam {
  static constexpr std::size_t kSlots = 2;
  float beta1, beta2, rest1, rest2, decay, step_size, scale2, epsilon, shrinks;
  template <class Value>
  void operator()(Value& w, Value& g, Value& m, Value& v) const {
    add_decay(g, w, decay);
    m.mul_(beta1).add_(g, rest1);
    v.mul_(beta2).addcmul_(g, g, rest2);
    shrink(w, shrinks);
    w.addcdiv_(m, v.sqrt().mul_(scale2).add_(epsilon), -step_size);
  }
};

/// A plain loop over contiguous floats: the compiler vectorises it without changing a bit.
template <class Rule>
void apply_to_numbers(const Rule& rule, std::int64_t n, float* __restrict w, const float* __restrict g,
                      [[maybe_unused]] float* __restrict first, [[maybe_unused]] float* __restrict second) {
  for (std::int64_t i = 0; i < n; ++i) {
    Number weight{w[i]};
    Number gradient{g[i]};
    if constexpr (Rule::kSlots == 0) {
      rule(weight, gradient);
    } else if constexpr (Rule::kSlots == 1) {
      Number slot{first[i]};
      rule(weight, gradient, slot);
      first[i] = slot.value;
    } else {
      Number slot{first[i]};
      Number other{second[i]};
      rule(weight, gradient, slot, other);
      first[i] = slot.value;
      second[i] = other.value;
    }
    w[i] = weight.value;
  }
}

}  // namespace

Optimizer::Optimizer(const OptimizerOptions& options, std::vector<torch::Tensor> parameters)
    : options_(options), parameters_(std::move(parameters)) {
  std::vector<std::string> names;
  if (options.kind != OptimizerKind::kSgd)
    names = {"first_moment", "second_moment"};
  else if (options.momentum != 0)
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
  return options_.kind == OptimizerKind::kSgd && options_.momentum == 0;
}

void Optimizer::begin_step(double learning_rate) {
  ++steps_;
  learning_rate_ = learning_rate;
}

template <class Rule>
void Optimizer::update(const Rule& rule, std::size_t index, const torch::Tensor& gradient) {
  const torch::Tensor& parameter = parameters_[index];
  if (parameter.is_cpu()) {
    const auto slot = [&](std::size_t i) {
      return i < Rule::kSlots ? slots_[i].tensors[index].template data_ptr<float>() : nullptr;
    };
    apply_to_numbers(rule, parameter.numel(), parameter.data_ptr<float>(), gradient.data_ptr<float>(), slot(0),
                     slot(1));
    return;
  }
  torch::Tensor w = parameter.detach();
  torch::Tensor g = gradient.detach();
  if constexpr (Rule::kSlots == 0)
    rule(w, g);
  else if constexpr (Rule::kSlots == 1)
    rule(w, g, slots_[0].tensors[index]);
  else
    rule(w, g, slots_[0].tensors[index], slots_[1].tensors[index]);
}

void Optimizer::apply(std::size_t index, const torch::Tensor& gradient) {
  const OptimizerOptions& o = options_;
  const auto rate = static_cast<float>(learning_rate_);
  const auto decay = static_cast<float>(o.weight_decay);
  const auto momentum = static_cast<float>(o.momentum);
  if (o.kind != OptimizerKind::kSgd) {
    const bool decoupled = o.kind == OptimizerKind::kAdamW;
    update(Adam{static_cast<float>(o.beta1), static_cast<float>(o.beta2),
                static_cast<float>(1 - o.beta1),  // in double: 1 − 0.999F is off by 5e-5 of itself
                static_cast<float>(1 - o.beta2), decoupled ? 0.0F : decay,
                static_cast<float>(learning_rate_ / (1 - power(o.beta1, steps_))),
                static_cast<float>(1 / std::sqrt(1 - power(o.beta2, steps_))), static_cast<float>(o.epsilon),
                decoupled ? static_cast<float>(1 - learning_rate_ * o.weight_decay) : 1.0F},
           index, gradient);
  } else if (o.momentum == 0) {
    update(PlainSgd{rate, decay}, index, gradient);
  } else if (o.nesterov) {
    update(NesterovSgd{rate, decay, momentum}, index, gradient);
  } else {
    update(MomentumSgd{rate, decay, momentum}, index, gradient);
  }
}

}  // namespace expunge
