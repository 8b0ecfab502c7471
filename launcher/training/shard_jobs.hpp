// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "launcher/process/environment.hpp"
#include "launcher/training/training_report.hpp"
#include "shards/train/train_shard.hpp"

namespace expunge {

/// One shard that is to be trained to its last stage.
struct ShardJob {
  ShardId shard;
  Generation generation = Generation::kCurrent;
  std::uint64_t visits = 0;  ///< how much work it is, what is done of it included: the longest is begun first
};

/// When a rank worked on a shard, in seconds since the list was begun.
struct JobTime {
  int rank = 0;
  ShardId shard;
  double begin = 0;
  double end = 0;
  std::uint64_t sample_gradients = 0;
};

/// What became of a list of jobs.
struct ShardJobsEnd {
  TrainingWork work;                     ///< of all ranks
  std::string stop_reason;               ///< why they were put down; empty where they were not
  std::vector<JobTime> times;            ///< of all ranks, on every rank; by begin
  std::vector<std::string> fallbacks{};  ///< what shards were worked on by instead of what was asked; likewise, sorted
};

/// How the shards of a list are worked on: `what` names the work in progress lines ("training"), empty shows none.
struct ShardJobsSetting {
  std::filesystem::path run;
  std::optional<std::chrono::system_clock::time_point> deadline;
  std::string what;
};

/// Collective. Works on shards, each by one rank, the longest first, until all are done or the run is asked to stop: by
/// a signal, its halt file or the deadline. What a rank's failure is, is thrown on all of them, after the others have
/// put their work down.
[[nodiscard]] ShardJobsEnd work_shards(
    Session& session, const ShardJobsSetting& setting, std::span<const ShardJob> jobs,
    const std::function<ShardOutcome(const ShardJob& job, const ShardHooks& hooks)>& one);

/// Collective: `work_shards` with `train_shard`.
[[nodiscard]] ShardJobsEnd train_shards(Session& session, const ShardContext& context, std::span<const ShardJob> jobs,
                                        const Dataset& data, const Partition& partition,
                                        std::optional<std::chrono::system_clock::time_point> deadline,
                                        const std::string& what);

}  // namespace expunge
