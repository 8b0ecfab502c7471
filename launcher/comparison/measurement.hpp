// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "launcher/comparison/bench.hpp"
#include "launcher/comparison/results.hpp"
#include "launcher/comparison/trial.hpp"

namespace expunge {

/// Models of the affected shards that are held against the retrained ones. The other shards' are the base's.
struct Contestant {
  std::filesystem::path folder;
  const TrainingConfiguration* configuration = nullptr;
  const Partition* retained = nullptr;  ///< whose samples each of them has for its own
  bool is_single = false;               ///< shard 0's stands for all shards
};

/// Where a repetition is measured.
struct MeasurementSetting {
  const Trial& trial;
  std::filesystem::path base;
  const Dataset& test;
  Contestant reference;  ///< the retrained models
};

/// Collective. Measures contestants, each by one rank; the answer does not depend on how many there are. What relates
/// one contestant to another but the distances (`relate`), and the work, is left out. Nothing: put down.
[[nodiscard]] std::optional<std::vector<MethodRepetition>> measure(const ComparisonBench& bench,
                                                                   const MeasurementSetting& setting,
                                                                   std::span<const Contestant> contestants);

}  // namespace expunge
