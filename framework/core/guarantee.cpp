// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/core/guarantee.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

namespace expunge {

namespace {

using Kind = Guarantee::Kind;

constexpr std::array<std::string_view, 4> kGuaranteeNames{"none", "heuristic", "certified", "exact"};

bool all_hold(const std::vector<Assumption>& assumptions) {
  return std::ranges::all_of(assumptions, &Assumption::holds);
}

/// Of certified ones. One without a number is as weak as can be.
std::partial_ordering compare_privacy(const Guarantee& one, const Guarantee& other) {
  const double infinite = HUGE_VAL;
  const auto by_epsilon = other.epsilon.value_or(infinite) <=> one.epsilon.value_or(infinite);
  const auto by_delta = other.delta.value_or(infinite) <=> one.delta.value_or(infinite);
  if (by_epsilon == by_delta || by_delta == 0) return by_epsilon;
  return by_epsilon == 0 ? by_delta : std::partial_ordering::unordered;
}

std::optional<double> of_one(const std::optional<double>& one, const std::optional<double>& other) {
  if (one && other) return std::nullopt;
  return one ? one : other;
}

std::optional<double> least(const std::optional<double>& one, const std::optional<double>& other) {
  if (one && other) return std::min(*one, *other);
  return one ? one : other;
}

bool is_number(const std::optional<double>& value, double most = HUGE_VAL) {
  return !value || (std::isfinite(*value) && *value >= 0 && *value <= most);
}

}  // namespace

Guarantee Guarantee::certified(double epsilon, double delta, std::vector<Assumption> assumptions) {
  Guarantee guarantee{.kind = Kind::kHeuristic, .assumptions = std::move(assumptions)};
  if (!all_hold(guarantee.assumptions)) return guarantee;
  guarantee.kind = Kind::kCertified;
  guarantee.epsilon = epsilon;
  guarantee.delta = delta;
  return guarantee;
}

std::string_view Guarantee::name() const {
  return kGuaranteeNames.at(static_cast<std::size_t>(kind));
}

std::string Guarantee::text() const {
  if (kind != Kind::kCertified || !epsilon || !delta) return std::string(name());
  return fmt::format("{} (epsilon {:g}, delta {:g})", name(), *epsilon, *delta);
}

std::string Guarantee::contradiction() const {
  const bool is_certified = kind == Kind::kCertified;
  if (is_certified && (!epsilon || !delta)) return "it is certified, and has no epsilon and delta";
  if (!is_certified && (epsilon || delta)) return fmt::format("it is {}, and has an epsilon or a delta", name());
  if (is_certified && !all_hold(assumptions)) return "it is certified, and an assumption of it does not hold";
  if (!is_number(epsilon)) return fmt::format("epsilon is {}", *epsilon);
  if (!is_number(delta, 1)) return fmt::format("delta is {}", *delta);
  if (!is_number(sigma)) return fmt::format("sigma is {}", *sigma);
  if (!is_number(sensitivity)) return fmt::format("sensitivity is {}", *sensitivity);
  if (!is_number(budget_left)) return fmt::format("budget_left is {}", *budget_left);
  for (const auto& assumption : assumptions) {
    if (assumption.name.empty()) return "an assumption has no name";
    for (const auto& number : {assumption.value, assumption.limit})
      if (number && !std::isfinite(*number)) return fmt::format("'{}' is {}", assumption.name, *number);
  }
  return {};
}

std::optional<Guarantee::Kind> guarantee_kind(std::string_view name) {
  const auto found = std::ranges::find(kGuaranteeNames, name);
  if (found == kGuaranteeNames.end()) return std::nullopt;
  return static_cast<Kind>(found - kGuaranteeNames.begin());
}

std::partial_ordering operator<=>(const Guarantee& one, const Guarantee& other) {
  if (one.kind != other.kind) return static_cast<int>(one.kind) <=> static_cast<int>(other.kind);
  return one.kind == Kind::kCertified ? compare_privacy(one, other) : std::partial_ordering::equivalent;
}

Guarantee composed(const Guarantee& one, const Guarantee& other) {
  if (one.is_exact()) return other;
  if (other.is_exact()) return one;
  Guarantee both{.kind = std::min(one.kind, other.kind),
                 .sigma = of_one(one.sigma, other.sigma),
                 .sensitivity = of_one(one.sensitivity, other.sensitivity),
                 .assumptions = one.assumptions,
                 .budget_left = least(one.budget_left, other.budget_left)};
  for (const auto& assumption : other.assumptions)
    if (std::ranges::find(both.assumptions, assumption) == both.assumptions.end())
      both.assumptions.push_back(assumption);
  if (both.kind == Kind::kCertified && one.epsilon && other.epsilon && one.delta && other.delta) {
    both.epsilon = *one.epsilon + *other.epsilon;
    both.delta = std::min(1.0, *one.delta + *other.delta);
  }
  return both;
}

Guarantee composed(std::span<const Guarantee> all) {
  Guarantee whole = Guarantee::exact();
  for (const auto& one : all) whole = composed(whole, one);
  return whole;
}

}  // namespace expunge
