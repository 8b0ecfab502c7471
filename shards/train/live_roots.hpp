// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "framework/core/digest.hpp"
#include "framework/core/ids.hpp"
#include "framework/data/dataset.hpp"
#include "framework/random/key.hpp"
#include "shards/checkpoint/live_tree.hpp"
#include "shards/partition/partitioner.hpp"
#include "shards/partition/references.hpp"
#include "shards/train/training_configuration.hpp"

namespace expunge {

/// The references of the samples in `rows` and, once each, of the subjects that they belong to (where the data has
/// subjects): what one slice adds to the tree under a live root. Reads no features.
[[nodiscard]] std::vector<Digest> slice_references(const Dataset& data, std::span<const std::uint64_t> rows,
                                                   const References& references);

/// What a shard's checkpoints say of the live samples: a set digest of those that the stage trains on, and the root of
/// a tree over all that its state has seen. Asked for in ascending order of stages, every sample is hashed once, when
/// the first stage that has it is asked for, and a later stage costs what its slice adds. Reads no features.
class LiveRoots {
 public:
  /// `partition` holds the live rows of `data`; both must outlive this. `seed` is the run's.
  LiveRoots(const Dataset& data, const Partition& partition, ShardId shard, Slicing slicing, const Key& seed);

  /// The sum of the references of the samples in the training set of `stage` (1 … R): slices 1 … r, or slice r alone
  /// under sequential slicing.
  [[nodiscard]] SetDigest live(SliceId stage);
  /// Of the references of slices 1 … r, under both slicings, since the state after the stage has seen them all.
  [[nodiscard]] Digest root(SliceId stage);

 private:
  void reach(SliceId stage);

  const Dataset& data_;
  const Partition& partition_;
  ShardId shard_;
  Slicing slicing_;
  References references_;
  LiveTree tree_;
  SetDigest seen_;
  std::vector<SetDigest> live_;  // of stages 1, 2, …, as far as they have been asked for
  std::vector<std::optional<Digest>> roots_;
};

}  // namespace expunge
