// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace expunge {

/// The label of a row that nobody answered: no constituent voted, or they agreed too little.
inline constexpr std::int32_t kNoAnswer = -1;

/// What the ensemble says of one row.
struct Answer {
  /// The winning class, or kNoAnswer.
  std::int32_t label = kNoAnswer;
  /// The winner's share of the votes (of the weights under VoteRule::kWeighted), 0 … 1; where the row was left
  /// unanswered, the share of the class that was ahead. 0 without voters.
  double agreement = 0;
  /// The winner's mean probability, or that of the class that was ahead. 0 without voters.
  double confidence = 0;
  /// How many constituents voted.
  std::int64_t models = 0;
  /// The mean over the constituents, unweighted under every rule, one value a class; empty without voters. Belongs to
  /// whoever made the answer.
  std::span<const double> probability = {};
};

}  // namespace expunge
