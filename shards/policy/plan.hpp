// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "framework/core/ids.hpp"
#include "shards/journal/journal.hpp"
#include "shards/train/training_configuration.hpp"

namespace expunge {

/// Live samples of slice r of shard k: counts[k][r − 1].
using CellCounts = std::vector<std::vector<std::uint64_t>>;

/// The earliest slice that deletions touch in each shard that they touch.
using Impact = std::map<ShardId, SliceId>;

/// Adds what a request deletes.
void add_impact(Impact& impact, const std::vector<CellDeletion>& cells);

/// What one shard has to retrain.
struct ShardPlan {
  ShardId shard;
  SliceId first;                       ///< the first stage to retrain
  std::uint32_t stages = 0;            ///< from there to the last one
  std::uint64_t sample_gradients = 0;  ///< exactly
};

/// What exact unlearning has to do: a pure function of the impact and of who is live afterwards.
struct UnlearningPlan {
  std::vector<ShardPlan> shards;  ///< by shard
  std::uint64_t stages = 0;
  std::uint64_t sample_gradients = 0;
  std::uint64_t full_retrain = 0;  ///< sample-gradients of training everything that is live from scratch

  /// Wall time on `ranks` ranks of `speed` sample-gradients a second each, by the shared counter's order: longest
  /// first.
  [[nodiscard]] double seconds(double speed, int ranks) const;
};

/// `live` is after the deletions. A shard is retrained from the earliest touched slice to its last stage.
[[nodiscard]] UnlearningPlan plan_unlearning(const TrainingConfiguration& configuration, const CellCounts& live,
                                             const Impact& impact);

/// Sample-gradients of stages `first` … R of a shard whose slices have `slices` live samples.
[[nodiscard]] std::uint64_t cost_of_stages(const TrainingConfiguration& configuration,
                                           std::span<const std::uint64_t> slices, SliceId first);

}  // namespace expunge
