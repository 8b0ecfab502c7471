// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "aggregation/predict/answered_block.hpp"
#include "aggregation/predict/constituent.hpp"
#include "aggregation/predict/constituent_scores.hpp"
#include "aggregation/vote/tally.hpp"
#include "framework/comm/communicator.hpp"
#include "framework/data/dataset.hpp"

namespace expunge {

/// Rows a constituent is given at once. Batches start at multiples of it, whatever the number of ranks and whoever
/// asks, so that a row's probabilities are the same bits in `predict` and `evaluate` on any number of ranks.
inline constexpr std::uint64_t kPredictionBatch = 256;

struct EnsembleOptions {
  std::int64_t classes = 0;
  /// How many constituents all ranks hold together: what is really there is checked against it.
  std::int64_t models = 0;
  VoteRule rule = VoteRule::kMajority;
  DecisionOptions decision = {};
  /// Compare each constituent's own answers with the labels. Without it labels are not looked at, and no scores come
  /// back.
  bool score = true;
  /// Collective: sums the tally's integers over ranks, in place. Empty: the communicator does. For a device that sums
  /// them elsewhere.
  std::function<void(std::span<std::int64_t>)> reduce = {};
};

/// Receives the answers, on rank 0 alone, in the order of rows, each row once.
using AnswerSink = std::function<void(const AnsweredBlock&)>;

/// Collective: walks `data` (the same on every rank) in batches, adds up what the constituents say, and hands the
/// answers to rank 0's `sink`. `mine` are the constituents this rank holds, possibly none; each shard is held by
/// exactly one rank. Reads only as many rows at a time as a batch has, and keeps a bounded number of them in the tally.
///
/// Returns each constituent's scores in the order of shards, on every rank. Answers and scores are the same bits for
/// any number of ranks and any way to share out the constituents.
///
/// Whatever fails on one rank (a model, the data, the sink) is thrown on all of them. Throws Stopped between two
/// batches after a stop signal, Bug where the constituents are not the `models` promised or a label lies outside the
/// classes.
std::vector<ConstituentScores> run_ensemble(Communicator& comm, const Dataset& data,
                                            std::span<const std::unique_ptr<Constituent>> mine,
                                            const EnsembleOptions& options, const AnswerSink& sink);

}  // namespace expunge
