// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "framework/data/dataset.hpp"
#include "framework/random/key.hpp"
#include "launcher/comparison/bench.hpp"
#include "launcher/training/shard_jobs.hpp"
#include "shards/partition/partitioner.hpp"
#include "shards/train/training_configuration.hpp"

namespace expunge {

/// Some shards that are trained from scratch, each with a record in `folder`.
struct ScratchTraining {
  std::filesystem::path folder;
  TrainingConfiguration configuration;
  Key seed;
  std::optional<Key> order_seed{};  ///< see ShardContext
  const Partition* partition = nullptr;
  std::vector<ShardId> shards;
};

struct ScratchEnd {
  ShardJobsEnd jobs;      ///< of this session
  double seconds = 0;     ///< wall time of this session
  bool complete = false;  ///< else they were put down
};

/// Collective. Trains all shards of all trainings, whichever is next by whichever rank is free; goes on from what is
/// there.
[[nodiscard]] ScratchEnd train_from_scratch(const ComparisonBench& bench, std::span<const ScratchTraining> trainings,
                                            const Dataset& data, const std::string& what);

/// All shards of a configuration.
[[nodiscard]] std::vector<ShardId> all_shards(const TrainingConfiguration& configuration);

}  // namespace expunge
