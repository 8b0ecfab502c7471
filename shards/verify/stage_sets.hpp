// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "framework/core/digest.hpp"
#include "framework/data/dataset.hpp"
#include "framework/random/key.hpp"
#include "shards/partition/partitioner.hpp"
#include "shards/train/training_configuration.hpp"

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

}  // namespace expunge
