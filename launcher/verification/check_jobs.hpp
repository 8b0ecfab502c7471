// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "framework/comm/communicator.hpp"
#include "shards/verify/shard_check.hpp"

namespace expunge {

/// What became of a list of tasks.
struct ChecksEnd {
  std::vector<ShardCheck> checks;  ///< by shard; those that were begun, where the work was put down
  std::string stop_reason;         ///< why it was put down; empty where it was not
};

/// Collective. Checks shards, each on one rank, the longest first, until all are done or the run is asked to stop: by a
/// signal, its halt file, or the end that Slurm has set. What a rank's failure is, is thrown on all of them.
[[nodiscard]] ChecksEnd run_checks(Communicator& comm, const ShardCheckSetting& setting,
                                   std::span<const ShardTask> tasks);

}  // namespace expunge
