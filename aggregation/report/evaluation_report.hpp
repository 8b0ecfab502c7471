// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "aggregation/metrics/ensemble_scores.hpp"
#include "aggregation/predict/constituent_scores.hpp"
#include "aggregation/vote/tally.hpp"

namespace expunge {

/// One shard's line in the report of an evaluation.
struct ConstituentReport {
  ShardId shard;
  std::int64_t samples_seen = 0;  ///< live samples that the served state saw: its weight in a weighted vote
  std::optional<ConstituentScores> scores = {};  ///< nothing where it did not vote
  std::optional<std::string> model_digest = {};
  std::optional<std::string> approximate = {};  ///< by which method it was made to forget; nothing: it is exact
  bool abstains = false;                        ///< it did not vote
  std::string reason = {};                      ///< why it did not: "no live samples", "awaits unlearning"
};

/// Everything that `evaluate` has to say.
struct EvaluationReport {
  VoteRule vote = VoteRule::kMajority;
  DecisionOptions decision = {};
  std::int64_t models = 0;  ///< how many voted
  EnsembleScores ensemble;
  std::vector<ConstituentReport> constituents;  ///< all S shards, in order
};

/// The report as a document: accuracy, accuracy_when_answered, abstained, samples, models, vote, min_agreement,
/// min_probability, log_loss, calibration_error, agreement, per_class[] {class, samples, correct, accuracy, predicted},
/// constituents[] {shard, accuracy, log_loss, samples_seen, model_digest, approximate, abstains, reason,
/// per_class_correct[]}.
/// What there is nothing to say of is null.
[[nodiscard]] nlohmann::ordered_json to_json(const EvaluationReport& report);

/// The report as a person reads it: the ensemble, then a line a shard, then a line a class. Ends in a newline.
[[nodiscard]] std::string to_text(const EvaluationReport& report);

}  // namespace expunge
