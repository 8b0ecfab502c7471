// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/comparison/relate.hpp"

#include <cmath>

#include <fmt/core.h>

#include "aggregation/metrics/consistency.hpp"

namespace expunge {

namespace {

std::optional<double> difference(const std::optional<double>& value, const std::optional<double>& reference) {
  return value && reference ? std::optional(*value - *reference) : std::nullopt;
}

std::optional<AccuracyTriple> triple_of(const Accuracies& accuracies) {
  if (!accuracies.test || !accuracies.retain || !accuracies.forget) return std::nullopt;
  return AccuracyTriple{*accuracies.test, *accuracies.retain, *accuracies.forget};
}

void relate_to(MethodRepetition& measured, const MethodRepetition& reference) {
  auto& membership = measured.membership;
  membership.advantage_gap = difference(membership.advantage, reference.membership.advantage);
  membership.attack_gap = difference(membership.attack_accuracy, reference.membership.attack_accuracy);
  const auto& own = measured.constituent_accuracy;
  const auto& retrained = reference.constituent_accuracy;
  if (own.forget && retrained.forget) measured.certifiability = certifiability(*own.forget, *retrained.forget);
  if (const auto of = triple_of(own), other = triple_of(retrained); of && other)
    measured.tug_of_war = tug_of_war(*of, *other);
}

std::string warning_of(const MethodOutcome& method, std::uint64_t exact_cost) {
  const std::uint64_t cost = method.measured.work.sample_gradients;
  if (method.course.guarantee == "exact" || method.measured.distances.theta != 0.0 || cost >= exact_cost) return {};
  return fmt::format("equal to the retrained models at a lower cost than exact unlearning: {} sample-gradients, not {}",
                     cost, exact_cost);
}

}  // namespace

std::optional<double> gap_closed(double value, double identity, double retrained) {
  const double gap = identity - retrained;
  if (std::abs(gap) < kLeastCanaryGap) return std::nullopt;
  return (identity - value) / gap;
}

void relate(RepetitionResult& result, std::size_t identity, std::uint64_t exact_cost) {
  const auto remembered = result.methods.at(identity).measured.canary;
  const auto retrained = result.reference.measured.canary;
  const MethodRepetition reference = result.reference.measured;
  const auto relate_one = [&](MethodOutcome& method) {
    relate_to(method.measured, reference);
    auto& canary = method.measured.canary;
    if (canary && remembered && retrained)
      canary->gap_closed = gap_closed(canary->value, remembered->value, retrained->value);
  };
  relate_one(result.reference);
  for (auto& method : result.methods) {
    relate_one(method);
    method.warning = warning_of(method, exact_cost);
  }
}

}  // namespace expunge
