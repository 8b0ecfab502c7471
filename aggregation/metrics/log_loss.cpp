// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "aggregation/metrics/log_loss.hpp"

#include <algorithm>
#include <cmath>

namespace expunge {

void LogLoss::add(double probability_of_label) {
  // Rounding may take a probability over 1; a loss is never negative.
  sum_ -= std::log(std::clamp(probability_of_label, kLeastProbability, 1.0));
  ++samples_;
}

std::optional<double> LogLoss::mean() const {
  if (samples_ == 0) return std::nullopt;
  return sum_ / static_cast<double>(samples_);
}

}  // namespace expunge
