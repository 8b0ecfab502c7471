// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "aggregation/metrics/class_counts.hpp"
#include "aggregation/metrics/log_loss.hpp"
#include "framework/comm/communicator.hpp"
#include "framework/core/ids.hpp"

namespace expunge {

/// What one constituent's own answers were worth.
struct ConstituentScores {
  ShardId shard;
  std::int64_t weight = 0;  ///< live samples that its state saw
  ClassCounts counts;
  LogLoss log_loss;
};

/// Collective: the scores of every rank's constituents, on every rank, in the order of their shards. Their bits are
/// those of the rank that held the shard.
[[nodiscard]] std::vector<ConstituentScores> gather_scores(Communicator& comm, std::span<const ConstituentScores> mine,
                                                           std::int64_t classes);

}  // namespace expunge
