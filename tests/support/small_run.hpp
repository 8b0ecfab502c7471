// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "shards/train/train_shard.hpp"
#include "tests/support/small_slice.hpp"
#include "tests/support/small_training.hpp"

namespace expunge::testing {

/// What `train_shard` needs to train in `run`, with every progress kept: a file after each batch.
[[nodiscard]] inline ShardContext small_context(const std::filesystem::path& run, const TrainingConfiguration& c,
                                                const Key& seed, FileSystem& files = system_files()) {
  set_numerics(1);
  ShardContext context;
  context.run = run;
  context.configuration = c;
  context.seed = seed;
  context.fingerprint = digest_filled_with(0x5a);
  context.files = &files;
  context.save_interval_seconds = 0;
  return context;
}

[[nodiscard]] inline ShardOutcome train_shard(const ShardContext& context, ShardId shard, const Dataset& data,
                                              const ShardHooks& hooks = {}) {
  return expunge::train_shard(context, shard, data, partition_of(context.configuration, context.seed, data), hooks);
}

/// The model digests of stages 1 … R.
[[nodiscard]] inline std::vector<Digest> digests_of(const ShardRecord& record) {
  std::vector<Digest> digests;
  for (const auto& slice : record.slices) digests.push_back(slice.model);
  return digests;
}

/// The names of all files in a shard's folder.
[[nodiscard]] inline std::set<std::string> names_in(const std::filesystem::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.insert(entry.path().filename().string());
  return names;
}

/// The names that a shard's folder has when nothing is in it but what its record names.
[[nodiscard]] inline std::set<std::string> names_of(const ShardRecord& record) {
  std::set<std::string> names{"shard.json"};
  for (const auto& file : record.files()) names.insert(file.name);
  return names;
}

}  // namespace expunge::testing
