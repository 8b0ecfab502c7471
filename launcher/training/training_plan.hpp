// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "launcher/run/manifest.hpp"
#include "shards/partition/partitioner.hpp"

namespace expunge {

/// What a training would do and cost: the answer to `--dry-run`.
struct TrainingPlan {
  std::string run;
  bool resumes = false;
  bool placed_by_subject = false;
  std::uint64_t samples = 0;
  std::int64_t classes = 0;
  std::uint32_t shards = 0;
  std::uint32_t slices = 0;
  std::uint64_t empty_cells = 0;
  std::uint64_t sample_gradients = 0;  ///< of the whole training, what is there already included
  std::uint64_t largest_shard = 0;     ///< the largest shard's part of them: with a rank a shard, the time to wait
  std::uint64_t checkpoint_bytes = 0;  ///< tensors of one checkpoint
  std::uint64_t storage_bytes = 0;     ///< of all checkpoints
  std::int64_t ranks = 0;
};

[[nodiscard]] TrainingPlan plan_training(const TrainingConfiguration& configuration, const Partition& partition);

[[nodiscard]] std::string to_json_text(const TrainingPlan& plan);
[[nodiscard]] std::string to_text(const TrainingPlan& plan);

}  // namespace expunge
