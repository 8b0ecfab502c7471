// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "framework/core/digest.hpp"
#include "framework/data/dataset.hpp"
#include "framework/device/numerics.hpp"
#include "shards/checkpoint/shard_record.hpp"
#include "shards/journal/journal.hpp"
#include "shards/partition/partitioner.hpp"
#include "shards/verify/approximate_shard.hpp"
#include "shards/verify/challenge.hpp"
#include "shards/verify/finding.hpp"
#include "shards/verify/retrain_shard.hpp"

namespace expunge {

/// What checking a run's shards needs, the same for all of them. Refers to what it is given.
struct ShardCheckSetting {
  const std::filesystem::path& run;
  const TrainingConfiguration& configuration;
  const Key& seed;
  const Device& device;
  const Digest& fingerprint;        ///< of the numerics that this process computes with
  bool comparable = true;           ///< whether those are the run's
  const Dataset* data = nullptr;    ///< null where nobody knows who is live: then only files are looked at
  const Partition* live = nullptr;  ///< null exactly where `data` is
  bool deletions = false;           ///< whether the run ever accepted any
};

/// What is to be checked of one shard.
struct ShardTask {
  ShardId shard;
  std::optional<ShardRecord> record;  ///< nothing where it can't be read; empty where there is none
  std::uint32_t untainted = 0;        ///< its stages that never saw a deleted sample
  bool served_is_stale = false;       ///< its approximation saw samples that were accepted to be forgotten since
  bool put_back = false;              ///< an old copy: what it saw was forgotten since
  bool approximating = false;         ///< a pending batch is to be forgotten approximately here
  std::vector<SupersededFile> superseded;
  /// Retrain all untainted stages, from the initial weights; and all others too where an approximation is served that
  /// is not stale, for its distance.
  bool from_scratch = false;
  std::vector<SliceId> stages;  ///< else replay these, each from the checkpoint before it
};

/// A stage whose replay ended in other bits.
struct StageDifference {
  StageName stage;
  std::string file;  ///< below the run directory
  std::string message;
  auto operator<=>(const StageDifference&) const = default;
};

struct ShardCheck {
  ShardId shard;
  std::vector<Finding> findings;
  std::vector<std::string> unfinished;  ///< files of a job that has not ended, below the run directory
  std::vector<StageDifference> differences;
  std::vector<SliceId> other_numerics;  ///< stages that were trained under other numerics: not replayed
  std::optional<ApproximateShard> approximation;
  std::uint64_t stages_checked = 0;  ///< replayed and compared
  std::uint64_t sample_gradients = 0;
  bool complete = true;  ///< false: a hook put it down
};

/// Samples that a task will visit: its size as a job.
[[nodiscard]] std::uint64_t task_visits(const ShardCheckSetting& setting, const ShardTask& task);

/// Checks a shard's files and their lineage, looks for files that should be gone, and replays what the task asks for.
/// Throws Failure where data or files can't be read at all.
[[nodiscard]] ShardCheck check_shard(const ShardCheckSetting& setting, const ShardTask& task, const ShardHooks& hooks);

}  // namespace expunge
