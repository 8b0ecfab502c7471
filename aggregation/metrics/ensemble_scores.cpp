// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "aggregation/metrics/ensemble_scores.hpp"

namespace expunge {

void EnsembleScores::add(const Answer& answer, std::int32_t label) {
  counts_.add(label, answer.label);
  if (answer.models == 0) return;
  ++voted_;
  agreement_ += answer.agreement;
  log_loss_.add(answer.probability[static_cast<std::size_t>(label)]);
  if (answer.label != kNoAnswer) calibration_.add(answer.confidence, answer.label == label);
}

std::optional<double> EnsembleScores::accuracy() const {
  if (voted_ == 0) return std::nullopt;
  return counts_.accuracy();
}

std::optional<double> EnsembleScores::agreement() const {
  if (voted_ == 0) return std::nullopt;
  return agreement_ / static_cast<double>(voted_);
}

}  // namespace expunge
