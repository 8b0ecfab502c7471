// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "aggregation/audit/membership_inference.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include <fmt/core.h>

#include "aggregation/metrics/log_loss.hpp"

namespace expunge {

namespace {

constexpr std::uint64_t kSplits = 10;
constexpr std::size_t kHeldOutOneIn = 10;
constexpr double kMostLoss = 100;

double share_at_most(std::span<const double> losses, double tau) {
  const auto members = std::count_if(losses.begin(), losses.end(), [&](double loss) { return loss <= tau; });
  return static_cast<double>(members) / static_cast<double>(losses.size());
}

// Places 0 … count−1 in the order of a key's draws; the smaller place first among equals.
std::vector<std::size_t> shuffled(std::size_t count, const Key& key) {
  std::vector<std::uint64_t> draws(count);
  for (std::size_t i = 0; i < count; ++i) draws[i] = key.draw(i);
  std::vector<std::size_t> places(count);
  std::iota(places.begin(), places.end(), std::size_t{0});
  std::stable_sort(places.begin(), places.end(), [&](std::size_t a, std::size_t b) { return draws[a] < draws[b]; });
  return places;
}

// A key's choice of so many losses, clipped. No number counts as the largest of losses.
std::vector<double> chosen(std::span<const double> losses, std::size_t count, const Key& key) {
  std::vector<double> values;
  const std::vector<std::size_t> order = shuffled(losses.size(), key);
  for (std::size_t i = 0; i < count; ++i) {
    const double loss = losses[order[i]];
    values.push_back(std::isnan(loss) ? kMostLoss : std::clamp(loss, -kMostLoss, kMostLoss));
  }
  return values;
}

struct Split {
  std::vector<double> train;
  std::vector<double> held_out;
};

Split split(const std::vector<double>& losses, const Key& key) {
  const std::size_t held_out = (losses.size() + kHeldOutOneIn - 1) / kHeldOutOneIn;
  Split parts;
  std::size_t taken = 0;
  for (const std::size_t place : shuffled(losses.size(), key))
    (taken++ < held_out ? parts.held_out : parts.train).push_back(losses[place]);
  return parts;
}

// ln(1 + e^z) without overflow.
double softplus(double z) {
  return z > 0 ? z + std::log1p(std::exp(-z)) : std::log1p(std::exp(z));
}

double logistic(double z) {
  return z > 0 ? 1 / (1 + std::exp(-z)) : std::exp(z) / (1 + std::exp(z));
}

/// P(member | x) = 1 / (1 + e^−(weight · x + intercept)), where Σ of log losses + weight² / 2 is least.
class LossRegression {
 public:
  LossRegression(const std::vector<double>& members, const std::vector<double>& others)
      : members_(members), others_(others) {
    // The objective is strictly convex and smooth: a Newton step shortened until it gains ends at the one minimum, also
    // from where logistics are flat and the step alone would leap too far.
    constexpr int kMostSteps = 200;
    for (int step = 0; step < kMostSteps && improve(); ++step) {
    }
  }

  [[nodiscard]] bool takes_for_member(double x) const { return weight_ * x + intercept_ > 0; }

 private:
  [[nodiscard]] double objective(double weight, double intercept) const {
    double sum = weight * weight / 2;
    for (const double x : members_) sum += softplus(-(weight * x + intercept));
    for (const double x : others_) sum += softplus(weight * x + intercept);
    return sum;
  }

  // One step; false where none gains anything.
  bool improve() {
    constexpr double kFlat = 1e-10;
    double by_weight = weight_;
    double by_intercept = 0;
    double weight_weight = 1;
    double weight_intercept = 0;
    double intercept_intercept = 0;
    const auto add = [&](double x, double label) {
      const double p = logistic(weight_ * x + intercept_);
      by_weight += (p - label) * x;
      by_intercept += p - label;
      weight_weight += p * (1 - p) * x * x;
      weight_intercept += p * (1 - p) * x;
      intercept_intercept += p * (1 - p);
    };
    for (const double x : members_) add(x, 1);
    for (const double x : others_) add(x, 0);
    if (std::abs(by_weight) < kFlat && std::abs(by_intercept) < kFlat) return false;
    // Where all logistics are flat the intercept's curvature vanishes; what is added then moves no minimum.
    intercept_intercept += 1e-9;
    const double determinant = weight_weight * intercept_intercept - weight_intercept * weight_intercept;
    const double step_weight = (intercept_intercept * by_weight - weight_intercept * by_intercept) / determinant;
    const double step_intercept = (weight_weight * by_intercept - weight_intercept * by_weight) / determinant;
    const double before = objective(weight_, intercept_);
    for (double length = 1; length > 1e-12; length /= 2) {
      const double weight = weight_ - length * step_weight;
      const double intercept = intercept_ - length * step_intercept;
      if (objective(weight, intercept) >= before) continue;
      weight_ = weight;
      intercept_ = intercept;
      return true;
    }
    return false;
  }

  const std::vector<double>& members_;
  const std::vector<double>& others_;
  double weight_ = 0;
  double intercept_ = 0;
};

double accuracy_of_split(const Split& members, const Split& others) {
  const LossRegression regression(members.train, others.train);
  std::size_t correct = 0;
  for (const double x : members.held_out) correct += regression.takes_for_member(x) ? 1 : 0;
  for (const double x : others.held_out) correct += regression.takes_for_member(x) ? 0 : 1;
  return static_cast<double>(correct) / static_cast<double>(members.held_out.size() + others.held_out.size());
}

}  // namespace

std::vector<double> losses(const Probabilities& model) {
  std::vector<double> all(model.rows());
  for (std::uint64_t i = 0; i < model.rows(); ++i) {
    const auto p = static_cast<double>(model.row(i)[static_cast<std::size_t>(model.labels[i])]);
    // What is no number is no probability either.
    all[i] = -std::log(p >= LogLoss::kLeastProbability ? std::min(p, 1.0) : LogLoss::kLeastProbability);
  }
  return all;
}

std::optional<LossThreshold> loss_threshold(std::span<const double> forgotten, std::span<const double> retained,
                                            std::span<const double> test) {
  if (forgotten.empty() || retained.empty() || test.empty()) return std::nullopt;
  const double tau = std::accumulate(retained.begin(), retained.end(), 0.0) / static_cast<double>(retained.size());
  return LossThreshold{
      .tau = tau, .true_positive_rate = share_at_most(forgotten, tau), .false_positive_rate = share_at_most(test, tau)};
}

std::optional<double> loss_regression(std::span<const double> forgotten, std::span<const double> test, const Key& key) {
  const std::size_t count = std::min(forgotten.size(), test.size());
  if (count < kLeastForgotten) return std::nullopt;
  const std::vector<double> members = chosen(forgotten, count, key.derive("expunge/membership/forgotten/v1"));
  const std::vector<double> others = chosen(test, count, key.derive("expunge/membership/test/v1"));
  double sum = 0;
  for (std::uint64_t i = 0; i < kSplits; ++i)
    sum += accuracy_of_split(split(members, key.derive("expunge/membership/split/v1", {i, 1})),
                             split(others, key.derive("expunge/membership/split/v1", {i, 0})));
  return sum / static_cast<double>(kSplits);
}

MembershipExposure membership_exposure(std::span<const double> forgotten, std::span<const double> retained,
                                       std::span<const double> test, const Key& key) {
  MembershipExposure exposure;
  if (forgotten.size() < kLeastForgotten) {
    exposure.why_null =
        fmt::format("{} forgotten samples: fewer than {} say nothing", forgotten.size(), kLeastForgotten);
    return exposure;
  }
  if (const auto threshold = loss_threshold(forgotten, retained, test)) exposure.advantage = threshold->advantage();
  exposure.attack_accuracy = loss_regression(forgotten, test, key);
  if (!exposure.advantage || !exposure.attack_accuracy)
    exposure.why_null = fmt::format("{} test and {} retained samples: too few", test.size(), retained.size());
  return exposure;
}

}  // namespace expunge
