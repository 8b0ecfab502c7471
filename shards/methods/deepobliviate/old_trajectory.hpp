// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "shards/checkpoint/shard_record.hpp"
#include "shards/checkpoint/state.hpp"

namespace expunge {

/// Stages that a record names one after the other, exact or tainted: not the one served by an approximation.
[[nodiscard]] std::uint32_t stages_of(const ShardRecord& record);

/// The states after the stages of a shard as it is served while a deletion is worked off: those that a retraining is
/// measured against, and shifted to follow on it.
class OldTrajectory {
 public:
  /// `current` serves; `stages` is R.
  OldTrajectory(std::filesystem::path run, ShardRecord current, std::uint32_t stages);

  /// Whether there is one: a state after every stage, each trained from the one before or shifted with it.
  [[nodiscard]] bool is_complete() const;
  [[nodiscard]] const ShardRecord& record() const { return record_; }

  /// How many of the stages with which `next` begins are its own, unchanged.
  [[nodiscard]] std::uint32_t common_with(const ShardRecord& next) const;
  /// The state after a stage, with all its offsets. Adds what it read to `bytes_read`. Throws Failure naming the file
  /// that is missing or damaged.
  [[nodiscard]] ModelState state_after(SliceId stage, std::uint64_t& bytes_read) const;
  /// Its parameters alone, which is less to read.
  [[nodiscard]] ModelState parameters_after(SliceId stage, std::uint64_t& bytes_read) const;
  /// A stage before R as a tainted one: it saw these batches' samples too, and is shifted by this offset besides.
  [[nodiscard]] TaintedStage tainted(SliceId stage, const std::vector<std::uint64_t>& batches,
                                     const std::optional<StoredFile>& offset) const;

 private:
  std::filesystem::path run_;
  ShardRecord record_;
  std::uint32_t stages_;
};

}  // namespace expunge
