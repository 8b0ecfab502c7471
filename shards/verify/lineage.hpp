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
#include "framework/random/key.hpp"
#include "shards/checkpoint/shard_record.hpp"
#include "shards/partition/partitioner.hpp"
#include "shards/train/training_configuration.hpp"
#include "shards/verify/finding.hpp"

namespace expunge {

/// What a stage trains on, as its checkpoint's provenance should say it.
struct StageSet {
  std::uint64_t slice_samples = 0;  ///< live samples of the slice itself
  std::uint64_t samples = 0;        ///< of the stage's training set
  SetDigest live;
  std::string root_scheme;
  Digest root;
};

/// Those of stages 1 … R of a shard, by the live rows of its data. Reads no features.
[[nodiscard]] std::vector<StageSet> stage_sets(const Dataset& data, const Partition& live, ShardId shard,
                                               const TrainingConfiguration& configuration, const Key& seed);

/// What a shard's files should say. Refers to what it is given.
struct LineageSetting {
  const std::filesystem::path& run;
  const TrainingConfiguration& configuration;
  const Digest& fingerprint;  ///< of the numerics that this process computes with
  /// The live sets of stages 1 … R; empty where nobody knows who is live.
  std::span<const StageSet> sets{};
  /// Digest of the initial weights; nothing where this process would draw others.
  std::optional<Digest> initial{};
  /// Stages that never saw a deleted sample: the others' sets are not what they should be, which others tell.
  std::uint32_t untainted = 0;
};

struct Lineage {
  std::vector<Finding> findings;
  /// Stages that were trained under other numerics than `fingerprint`: replaying them says nothing.
  std::vector<SliceId> other_numerics;
};

/// Looks at every file that a record names: it is there, its bytes have the digest on record, the state in it the one
/// it claims, and its provenance is that of this shard and stage under this configuration: the samples are the live
/// ones, and each state descends from the one before it, the first from the initial weights. Throws Failure where a
/// file can't be read at all.
[[nodiscard]] Lineage check_lineage(const LineageSetting& setting, const ShardRecord& record);

}  // namespace expunge
