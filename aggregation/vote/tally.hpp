// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "aggregation/vote/answer.hpp"
#include "aggregation/vote/vote_rule.hpp"
#include "framework/comm/communicator.hpp"
#include "framework/core/ids.hpp"

namespace expunge {

/// When the ensemble had rather not answer. A value of 0 never abstains.
struct DecisionOptions {
  double min_agreement = 0;    ///< least share of the votes that the winner must have, 0 … 1
  double min_probability = 0;  ///< least mean probability that the winner must have, 0 … 1
};

/// The votes of constituents on a run of rows, in integers alone: sums over constituents and over ranks give the same
/// bits in whatever order and grouping they are taken.
///
///   Tally tally(VoteRule::kMajority, /*classes=*/10);
///   tally.restart(/*first_row=*/512, /*rows=*/256);
///   tally.add(512, probabilities, weight, shard);  // once for each constituent this rank holds
///   tally.reduce(comm);
///   const std::vector<Answer> answers = tally.decide({.min_agreement = 0.6});
///
/// A probability p is kept as the integer nearest to p · 2^40 (halves away from 0), so that a sum over M models is off
/// by at most M · 2^-41, and 64 bits hold the sums of kMostModels models.
class Tally {
 public:
  static constexpr double kScale = 0x1.0p40;
  /// 2^22 models · 2^40, with a bit to spare for probabilities that rounding took over 1.
  static constexpr std::int64_t kMostModels = std::int64_t{1} << 22;

  Tally(VoteRule rule, std::int64_t classes);

  /// Forgets everything and covers rows [first_row, first_row + rows) from now on.
  void restart(std::uint64_t first_row, std::uint64_t rows);

  /// Adds one constituent's outputs for the rows from `row` (a row of the data set) on, as many as there are
  /// probabilities for: rows × classes, row-major, each row summing to 1. Its vote on a row is its most probable class,
  /// the lowest of equals; under kWeighted it counts `weight` times. `voter` is what messages name.
  /// Throws Failure naming voter, row and class for a value that is no probability (NaN among them) and leaves the
  /// tally unusable until `restart`; Bug for rows that are not covered and for a weight below 1: a constituent that
  /// saw no live sample does not vote.
  void add(std::uint64_t row, std::span<const float> probabilities, std::int64_t weight, ShardId voter);

  /// Collective: sums over ranks, which all cover the same rows.
  void reduce(Communicator& comm) { comm.sum(counts()); }

  /// All that is counted, as one run of integers that may be summed element by element with that of any other tally of
  /// the same rows: models [rows], votes [rows × classes], probabilities in units of 2^-40 [rows × classes].
  [[nodiscard]] std::span<std::int64_t> counts() { return counts_; }

  /// An answer for each row, by the rule given at construction. Their probabilities are the tally's own, valid until
  /// the next `decide`.
  [[nodiscard]] std::vector<Answer> decide(const DecisionOptions& options);

  [[nodiscard]] std::uint64_t first_row() const { return first_row_; }
  [[nodiscard]] std::uint64_t rows() const { return rows_; }
  [[nodiscard]] std::int64_t classes() const { return static_cast<std::int64_t>(classes_); }
  [[nodiscard]] VoteRule rule() const { return rule_; }

 private:
  [[nodiscard]] std::span<std::int64_t> votes(std::size_t index);
  [[nodiscard]] std::span<std::int64_t> sums(std::size_t index);

  VoteRule rule_;
  std::size_t classes_;
  std::uint64_t first_row_ = 0;
  std::uint64_t rows_ = 0;
  std::vector<std::int64_t> counts_;
  std::vector<double> means_;
};

/// The class a constituent votes for: the most probable, the lowest of equals.
[[nodiscard]] std::int32_t most_probable(std::span<const float> probabilities);

}  // namespace expunge
