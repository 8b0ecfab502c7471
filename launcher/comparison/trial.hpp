// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "framework/data/canary.hpp"
#include "launcher/comparison/results.hpp"
#include "launcher/run/opened_run.hpp"
#include "shards/policy/plan.hpp"
#include "shards/requests/request.hpp"

namespace expunge {

/// A planted canary, and what its answers are measured on.
struct PlantedCanary {
  Canary canary{};
  CanaryPlace place;
  std::vector<std::int32_t> flipped{};  ///< label-flip: the true classes of the samples that were planted, ascending
};

/// The setting of one repetition: a trained run, the base, and what is to be forgotten of it. The same on every rank.
struct Trial {
  std::uint32_t repetition = 0;
  bool base_is_users = true;  ///< else it is trained in the workspace
  Manifest manifest;          ///< the base's
  std::shared_ptr<const Dataset> data;
  std::vector<std::shared_ptr<const Dataset>> made_of{};      ///< what `data` refers to
  Partition before;                                           ///< who is live in the base
  Partition after;                                            ///< and who is once all is forgotten
  std::uint64_t batches_before = 0;                           ///< in the base's journal
  std::vector<std::vector<Request>> batches{};                ///< each deletes something
  std::vector<UnlearningPlan> plans{};                        ///< of exact unlearning, batch by batch
  std::vector<std::uint64_t> live_after{};                    ///< samples, batch by batch
  std::map<ShardId, std::vector<std::uint64_t>> forgotten{};  ///< rows, ascending; of the affected shards, all of them
  std::vector<std::uint64_t> retain_rows{};                   ///< ascending
  std::vector<std::uint64_t> forget_rows{};                   ///< ascending
  std::optional<PlantedCanary> canary{};

  [[nodiscard]] const TrainingConfiguration& configuration() const { return manifest.configuration; }
  [[nodiscard]] const Key& seed() const { return manifest.seed; }
  [[nodiscard]] std::vector<ShardId> affected() const;
  [[nodiscard]] static std::vector<std::uint64_t> rows_of(const Partition& partition, ShardId shard);
};

/// What is to be forgotten: the requests of a file, or a canary that is planted first.
struct ForgetTask {
  std::vector<Request> requests{};
  std::string source{};            ///< what messages call them
  std::optional<Canary> canary{};  ///< instead
  bool as_sequence = false;
};

/// Sets a repetition up. The user's run is the base of the first one, unless a canary is planted; the others' are to be
/// trained from the same configuration and samples, with a seed that follows from the run's. Throws what
/// `resolve_requests` and `PoisonedDataset` throw, and Failure where nothing is left to forget.
[[nodiscard]] Trial make_trial(const RunRecords& records, const std::shared_ptr<const Dataset>& data,
                               const ForgetTask& task, std::uint32_t repetition, const Fingerprint& numerics);

}  // namespace expunge
