// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "aggregation/metrics/consistency.hpp"

#include <cmath>
#include <span>

#include "aggregation/metrics/log_loss.hpp"
#include "framework/core/error.hpp"

namespace expunge {

namespace {

// What is no number stays none: a divergence that can't be taken must not look like a small one.
double at_least(float p) {
  return p < LogLoss::kLeastProbability ? LogLoss::kLeastProbability : static_cast<double>(p);
}

double divergence(std::span<const float> p, std::span<const float> q) {
  double sum = 0;
  for (std::size_t c = 0; c < p.size(); ++c) {
    const double of = at_least(p[c]);
    sum += of * std::log(of / at_least(q[c]));
  }
  // Neither distribution sums to 1 exactly, so that a divergence of 0 may come out below it.
  return sum < 0 ? 0 : sum;
}

}  // namespace

std::optional<double> accuracy(const Probabilities& model) {
  if (model.rows() == 0) return std::nullopt;
  std::uint64_t correct = 0;
  for (std::uint64_t i = 0; i < model.rows(); ++i) correct += model.answer(i) == model.labels[i] ? 1 : 0;
  return static_cast<double>(correct) / static_cast<double>(model.rows());
}

std::optional<Consistency> consistency(const Probabilities& model, const Probabilities& reference) {
  if (model.classes != reference.classes || model.labels != reference.labels)
    throw Bug("two models are compared on other samples");
  if (model.rows() == 0) return std::nullopt;
  std::uint64_t equal = 0;
  double divergences = 0;
  for (std::uint64_t i = 0; i < model.rows(); ++i) {
    equal += model.answer(i) == reference.answer(i) ? 1 : 0;
    divergences += divergence(model.row(i), reference.row(i));
  }
  const auto rows = static_cast<double>(model.rows());
  return Consistency{.y = static_cast<double>(equal) / rows, .kl = divergences / rows};
}

double certifiability(double accuracy, double reference) {
  const double sum = std::abs(accuracy) + std::abs(reference);
  return sum == 0 ? 0 : std::abs(accuracy - reference) / sum;
}

double tug_of_war(const AccuracyTriple& of, const AccuracyTriple& reference) {
  return (1 - std::abs(of.forget - reference.forget)) * (1 - std::abs(of.retain - reference.retain)) *
         (1 - std::abs(of.test - reference.test));
}

}  // namespace expunge
