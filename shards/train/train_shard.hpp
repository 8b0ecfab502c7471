// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "framework/core/digest.hpp"
#include "framework/device/numerics.hpp"
#include "framework/io/file_system.hpp"
#include "framework/random/key.hpp"
#include "shards/checkpoint/shard_record.hpp"
#include "shards/partition/partitioner.hpp"
#include "shards/train/shard_hooks.hpp"
#include "shards/train/training_configuration.hpp"

namespace expunge {

/// All that training one shard needs, the same for every shard of a run.
struct ShardContext {
  std::filesystem::path run;
  TrainingConfiguration configuration;
  Key seed;
  Digest fingerprint;  ///< of the numeric fingerprint
  bool mix_numerics =
      false;  ///< go on from stages that were trained under other numerics: the run is then not replayable
  Device device;
  FileSystem* files = nullptr;
  /// A stage's progress is kept at least this often, and at every epoch longer than a second unless the stage ends
  /// within a second.
  double save_interval_seconds = 30;
  Generation generation = Generation::kCurrent;  ///< the record that is gone on with and written
  /// Keys the order of samples within epochs; nothing: the seed does, as everywhere but in a comparison's floor.
  std::optional<Key> order_seed = std::nullopt;
  std::uint64_t respects = 0;  ///< batches of deletions that the partition leaves out: for a record that begins here
};

struct ShardOutcome {
  ShardRecord record;
  bool complete = false;
  std::uint64_t sample_gradients = 0;  ///< computed by this call
  std::uint64_t forward_passes = 0;    ///< of single samples, besides
  std::uint64_t hessian_vector_products = 0;
  std::uint64_t bytes_read = 0;
  std::uint64_t bytes_written = 0;
  double load_seconds = 0;         ///< reading the shard's samples
  double train_seconds = 0;        ///< gradients and updates
  double checkpoint_seconds = 0;   ///< capturing, hashing, writing, syncing, restoring
  double bookkeeping_seconds = 0;  ///< residual memory, fits, offsets: what an approximate method adds to training
  /// What was done instead of what was asked for, and why (an exact retraining where a method could not be used).
  std::vector<std::string> fallbacks = {};
};

/// Samples that a shard will visit in all its stages: its size as a job, for scheduling and progress.
[[nodiscard]] std::uint64_t shard_visits(const TrainingConfiguration& configuration, const Partition& partition,
                                         ShardId shard);

/// Trains `shard` to its last stage, or until a hook stops it, publishing a slice file after every stage. Goes on from
/// what its folder holds: the last published stage and, within the next one, its progress file. What an interrupted
/// session left unfinished is removed first. The caller holds the run's lock.
///
/// Throws Failure naming the file where what is there is damaged, or was made under another configuration, other
/// numerics or from other samples.
[[nodiscard]] ShardOutcome train_shard(const ShardContext& context, ShardId shard, const Dataset& data,
                                       const Partition& partition, const ShardHooks& hooks);

}  // namespace expunge
