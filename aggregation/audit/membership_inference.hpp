// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "aggregation/predict/probabilities.hpp"
#include "framework/random/key.hpp"

namespace expunge {

/// Membership inference says nothing below so many forgotten samples.
inline constexpr std::uint64_t kLeastForgotten = 20;

/// −ln p of each sample's own class, p at least 10^−12.
[[nodiscard]] std::vector<double> losses(const Probabilities& model);

/// "A member if its loss is at most tau" (Yeom et al. 2018), tau being the mean loss of the retained training samples.
struct LossThreshold {
  double tau = 0;
  double true_positive_rate = 0;   ///< of the forgotten samples, taken for members
  double false_positive_rate = 0;  ///< of the test samples
  [[nodiscard]] double advantage() const { return true_positive_rate - false_positive_rate; }
};
/// Nothing where a list is empty.
[[nodiscard]] std::optional<LossThreshold> loss_threshold(std::span<const double> forgotten,
                                                          std::span<const double> retained,
                                                          std::span<const double> test);

/// The accuracy of telling forgotten from test samples by their loss alone: logistic regression of one feature (Newton,
/// l2 penalty 1, the intercept free), mean over 10 stratified shuffled splits with a tenth held out, on balanced
/// classes (as many test samples, drawn by `key`). 0.5: they can't be told apart. Losses are clipped to ±100.
/// Nothing below kLeastForgotten of either.
[[nodiscard]] std::optional<double> loss_regression(std::span<const double> forgotten, std::span<const double> test,
                                                    const Key& key);

/// A model's exposure to both attacks.
struct MembershipExposure {
  std::optional<double> advantage{};        ///< loss threshold: TPR − FPR
  std::optional<double> attack_accuracy{};  ///< loss regression
  std::string why_null{};                   ///< why a number is missing; empty where both exist
};
/// Measures it from per-sample losses. Below kLeastForgotten forgotten samples neither number exists.
[[nodiscard]] MembershipExposure membership_exposure(std::span<const double> forgotten,
                                                     std::span<const double> retained, std::span<const double> test,
                                                     const Key& key);

}  // namespace expunge
