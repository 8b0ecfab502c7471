// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>

#include "framework/data/dataset.hpp"
#include "shards/checkpoint/shard_record.hpp"
#include "shards/partition/partitioner.hpp"
#include "shards/train/live_roots.hpp"
#include "shards/train/shard_samples.hpp"
#include "shards/train/train_shard.hpp"

namespace expunge {

/// A shard's folder, for those that train its stages: what a stage's file holds, whether one that is there belongs to
/// the run, reading and publishing. Counts bytes into `outcome`; refers to what it is given.
class StageFiles {
 public:
  StageFiles(const ShardContext& context, ShardId shard, ShardOutcome& outcome);

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

  /// To be called once there is a stage to train: before what is below that takes samples.
  void know_samples(const Dataset& data, const Partition& partition);

  /// The files that a record names are there, whole as far as their size tells. Throws Failure.
  void check(const ShardRecord& record) const;
  /// Throws Failure naming the file, and how to mend it.
  [[nodiscard]] SliceFile read(const StoredFile& file);

  /// What a file of `stage`, trained from the state `before` on the live samples, says of where it comes from.
  [[nodiscard]] Provenance provenance_of(SliceId stage, const ShardSamples& samples, const Digest& before);
  /// The file holds this stage, trained under the run's configuration and numerics. Throws Failure.
  void check_origin(const std::filesystem::path& path, const Provenance& found, SliceId stage) const;
  /// Besides, on the live samples.
  void check_samples(const std::filesystem::path& path, const Provenance& found, const ShardSamples& samples);

  /// Writes a stage's file, and returns its line in the record.
  [[nodiscard]] SliceRecord write(SliceFile& file, const ShardSamples& samples, double train_seconds);
  /// Publishes the record as its next generation.
  void publish(ShardRecord& record);

 private:
  const ShardContext& context_;
  ShardId shard_;
  ShardOutcome& outcome_;
  std::filesystem::path folder_;
  std::optional<LiveRoots> live_roots_;
};

}  // namespace expunge
