// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "launcher/comparison/bench.hpp"
#include "launcher/comparison/results.hpp"
#include "launcher/comparison/scratch_training.hpp"
#include "launcher/comparison/trial.hpp"

namespace expunge {

/// A training that the retrained models are held against, to see what zero looks like.
struct Floor {
  std::string kind;  ///< "order", "seed"
  ScratchTraining training;
  std::optional<Partition> partition{};  ///< of "seed": its own placement
};

/// What is trained from scratch for one repetition: where, and by which keys.
class ScratchPlan {
 public:
  ScratchPlan(const Trial& trial, const std::filesystem::path& folder, std::uint32_t order_floors);
  ScratchPlan(const ScratchPlan&) = delete;
  ScratchPlan& operator=(const ScratchPlan&) = delete;

  [[nodiscard]] const ScratchTraining& reference() const { return reference_; }
  /// One model of all live samples: one shard, one slice.
  [[nodiscard]] const ScratchTraining& single() const { return single_; }
  [[nodiscard]] const std::vector<Floor>& floors() const { return floors_; }

 private:
  ScratchTraining reference_;
  Partition whole_;
  ScratchTraining single_;
  std::vector<Floor> floors_;
};

/// Collective. The base of a trial that is not the user's own run, trained into `folder` as a run directory. False:
/// put down.
[[nodiscard]] bool train_base(const ComparisonBench& bench, const Trial& trial, const std::filesystem::path& folder);

/// Collective. Retrains everything from scratch, as configured (`retrain`) or as one model (`retrain-single`), and
/// says what it took; `name` keeps that in the workspace. A sequence is counted as one retraining for each of its
/// batches: the last is done, and the others' sample-gradients follow from who is live, the rest in proportion.
/// Nothing: put down.
[[nodiscard]] std::optional<MethodCourse> retrain(const ComparisonBench& bench, const Trial& trial,
                                                  const ScratchTraining& training, const std::string& name,
                                                  const std::string& what);

/// Collective. Trains all floors of a repetition at once. False: put down.
[[nodiscard]] bool train_floors(const ComparisonBench& bench, const Trial& trial, const std::vector<Floor>& floors);

}  // namespace expunge
