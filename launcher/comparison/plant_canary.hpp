// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "launcher/comparison/trial.hpp"
#include "shards/train/training_configuration.hpp"

namespace expunge {

struct PlantingResult {
  std::shared_ptr<const Dataset> data;  ///< refers to the data it was made of
  PlantedCanary canary;
  Request request;  ///< that its subject be forgotten
};

/// Plants a canary into `data`, which is to be placed by subject under `seed`: its size, where none is asked for, is
/// half the mean cell's, its slice the middle one. Throws UsageError for a slice that the run does not have, and what
/// `PoisonedDataset` throws.
[[nodiscard]] PlantingResult plant_canary(const Dataset& data, Canary canary, const Key& seed,
                                          const TrainingConfiguration& configuration);

}  // namespace expunge
