// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "aggregation/metrics/calibration.hpp"
#include "aggregation/metrics/class_counts.hpp"
#include "aggregation/metrics/log_loss.hpp"
#include "aggregation/vote/answer.hpp"

namespace expunge {

/// What an ensemble's answers are worth, taken in as they come, in the order of their rows: memory does not grow with
/// them. A measure that has nothing to speak of (no rows, no voter) is nothing, never NaN.
class EnsembleScores {
 public:
  explicit EnsembleScores(std::int64_t classes) : counts_(classes) {}

  /// Throws Bug for a label outside the classes: whoever opened the data refuses those.
  void add(const Answer& answer, std::int32_t label);

  [[nodiscard]] const ClassCounts& counts() const { return counts_; }
  /// Rows on which at least one constituent voted.
  [[nodiscard]] std::uint64_t voted() const { return voted_; }
  /// Over all rows, an abstention being wrong; nothing where nobody voted on any row.
  [[nodiscard]] std::optional<double> accuracy() const;
  /// Over the rows that were answered.
  [[nodiscard]] std::optional<double> accuracy_when_answered() const { return counts_.accuracy_when_answered(); }
  /// Of the mean probabilities, over the rows that were voted on, answered or not.
  [[nodiscard]] std::optional<double> log_loss() const { return log_loss_.mean(); }
  /// Of the winner's mean probability, over the rows that were answered.
  [[nodiscard]] std::optional<double> calibration_error() const { return calibration_.error(); }
  /// The mean over the rows that were voted on, answered or not.
  [[nodiscard]] std::optional<double> agreement() const;

 private:
  ClassCounts counts_;
  LogLoss log_loss_;
  Calibration calibration_;
  double agreement_ = 0;
  std::uint64_t voted_ = 0;
};

}  // namespace expunge
