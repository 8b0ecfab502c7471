// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/loss/loss.hpp"

#include <fmt/format.h>
#include <torch/torch.h>

#include "framework/config/registry.hpp"
#include "framework/core/error.hpp"

namespace expunge {

extern const LossEntry kCrossEntropy;

namespace {

Registry<LossEntry>& losses() {
  static Registry<LossEntry> registry("loss", {&kCrossEntropy});
  return registry;
}

}  // namespace

void Loss::gradient_out(torch::Tensor& out, const torch::Tensor& logits, const torch::Tensor& labels) const {
  const torch::AutoGradMode with_gradients(true);
  const torch::Tensor input = logits.detach().requires_grad_(true);
  const torch::Tensor gradient = torch::autograd::grad({value(input, labels)}, {input}).front();
  const torch::NoGradGuard no_gradients;
  out.copy_(gradient);
}

torch::Tensor Loss::probabilities(const torch::Tensor& logits) const {
  return torch::softmax(logits, 1);
}

std::shared_ptr<const Loss> make_loss(const Spec& spec) {
  if (const auto* entry = losses().find(spec.name())) return entry->make(spec);
  throw UsageError(fmt::format("unknown loss '{}': choose one of {}", spec.name(), loss_help()));
}

void register_loss(const LossEntry& entry) {
  losses().add(entry);
}

std::string loss_help() {
  std::string text;
  for (const auto* entry : losses().rows())
    text += fmt::format("{}{}[:{}]", text.empty() ? "" : "; ", entry->name, entry->arguments);
  return text;
}

}  // namespace expunge
