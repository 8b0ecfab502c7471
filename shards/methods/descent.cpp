// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/methods/descent.hpp"

#include <algorithm>
#include <cmath>

#include <torch/torch.h>

namespace expunge {

namespace {

OptimizerOptions options_of(const TrainingConfiguration& run, std::optional<double> momentum, bool decays) {
  constexpr double kUsual = 0.9;
  OptimizerOptions options;
  options.momentum = momentum.value_or(run.optimizer == OptimizerKind::kSgd ? run.momentum : kUsual);
  if (decays) options.weight_decay = run.weight_decay;
  return options;
}

std::vector<torch::Tensor> trained_parameters(Workbench& bench) {
  std::vector<torch::Tensor> chosen;
  for (const auto& parameter : bench.parameters())
    if (parameter.requires_grad()) chosen.push_back(parameter);
  return chosen;
}

}  // namespace

DescentSettings read_descent(const Spec& spec, const DescentSettings& otherwise) {
  DescentSettings settings = otherwise;
  settings.epochs = spec.integer_or("epochs", otherwise.epochs, 1, 1'000'000);
  if (spec.find("lr")) settings.learning_rate = spec.real_or("lr", 0, 0, 1e6);
  if (spec.find("momentum")) settings.momentum = spec.real_or("momentum", 0, 0, 0.9999);
  if (spec.find("batch-size")) settings.batch_size = spec.integer_or("batch-size", 0, 1, 1'000'000'000);
  return settings;
}

Descent::Descent(Workbench& bench, const DescentSettings& settings, bool decays)
    : settings_(settings),
      learning_rate_(settings.learning_rate.value_or(bench.configuration().learning_rate)),
      batch_size_(settings.batch_size.value_or(bench.configuration().batch_size)),
      optimizer_(options_of(bench.configuration(), settings.momentum, decays), trained_parameters(bench)) {}

void Descent::step(const std::vector<torch::Tensor>& gradients) {
  const torch::NoGradGuard no_gradients;
  optimizer_.begin_step(learning_rate_);
  std::size_t index = 0;
  for (const auto& gradient : gradients)
    if (gradient.defined()) optimizer_.apply(index++, gradient);
}

double clip_scale(const std::vector<torch::Tensor>& gradients, double clip) {
  double squares = 0;
  for (const auto& gradient : gradients)
    if (gradient.defined()) squares += gradient.to(torch::kFloat64).square().sum().item<double>();
  return clip / std::max(clip, std::sqrt(squares));
}

void train_on_retain_set(Workbench& bench, const DescentSettings& settings) {
  Descent descent(bench, settings);
  std::vector<torch::Tensor> gradients;
  for (std::uint64_t epoch = 0; epoch < descent.epochs(); ++epoch) {
    for (const auto& places : bench.epoch(Workbench::Set::kRetain, epoch, descent.batch_size())) {
      if (!bench.may_go_on(places.size())) return;
      bench.gradients(bench.batch(Workbench::Set::kRetain, places, epoch), gradients);
      descent.step(gradients);
    }
  }
}

double forget_accuracy(Workbench& bench) {
  constexpr std::int64_t kRows = 256;
  const std::uint64_t size = bench.size(Workbench::Set::kForget);
  if (size == 0) return 0;
  std::int64_t hits = 0;
  for (const auto& places : bench.epoch(Workbench::Set::kForget, 0, kRows, /*training=*/false)) {
    const Batch batch = bench.batch(Workbench::Set::kForget, places, 0, /*training=*/false);
    hits += bench.logits(batch).argmax(1).eq(batch.labels).sum().item<std::int64_t>();
  }
  return static_cast<double>(hits) / static_cast<double>(size);
}

}  // namespace expunge
