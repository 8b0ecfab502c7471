// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "framework/comm/communicator.hpp"
#include "shards/train/train_shard.hpp"

namespace expunge {

/// What one rank did, or all of them.
struct TrainingWork {
  std::uint64_t sample_gradients = 0;
  std::uint64_t forward_passes = 0;
  std::uint64_t hessian_vector_products = 0;
  std::uint64_t bytes_read = 0;
  std::uint64_t bytes_written = 0;
  std::uint64_t peak_resident_bytes = 0;  ///< of the largest rank
  double load_seconds = 0;                ///< summed over ranks, as the two below
  double train_seconds = 0;
  double checkpoint_seconds = 0;
  double bookkeeping_seconds = 0;

  void add(const ShardOutcome& outcome);
};

/// Collective: the work of all ranks, on every rank.
[[nodiscard]] TrainingWork gather_work(Communicator& comm, const TrainingWork& mine);

/// What `train` says at its end.
struct TrainingReport {
  std::string run;
  bool resumed = false;
  std::string stopped_by;  ///< empty where nothing did
  int ranks = 1;
  std::uint64_t samples = 0;
  std::uint32_t slices = 0;
  double wall_seconds = 0;
  double data_check_seconds = 0;  ///< of them, reading and digesting all samples before the first step
  TrainingWork work;
  std::vector<ShardRecord> shards;
  std::vector<std::uint64_t> shard_samples;  ///< as many as shards

  [[nodiscard]] std::size_t shards_complete() const;
  [[nodiscard]] bool complete() const { return shards_complete() == shards.size(); }
};

[[nodiscard]] std::string to_json_text(const TrainingReport& report);
[[nodiscard]] std::string to_text(const TrainingReport& report);

}  // namespace expunge
