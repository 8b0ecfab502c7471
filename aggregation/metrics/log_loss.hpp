// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

namespace expunge {

/// The mean of −ln p over samples, p being the probability that was given to the sample's own class, natural logarithm.
/// A p below kLeastProbability counts as that, so that one sure mistake costs 27.6 rather than everything.
class LogLoss {
 public:
  static constexpr double kLeastProbability = 1e-12;

  LogLoss() = default;
  /// A sum taken elsewhere, to go on with or to read.
  LogLoss(double sum, std::uint64_t samples) : sum_(sum), samples_(samples) {}

  void add(double probability_of_label);

  [[nodiscard]] double sum() const { return sum_; }
  [[nodiscard]] std::uint64_t samples() const { return samples_; }
  /// Nothing where no sample was added.
  [[nodiscard]] std::optional<double> mean() const;

 private:
  double sum_ = 0;
  std::uint64_t samples_ = 0;
};

}  // namespace expunge
