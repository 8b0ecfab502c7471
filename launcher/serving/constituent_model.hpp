// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "aggregation/predict/constituent.hpp"
#include "framework/device/numerics.hpp"
#include "launcher/run/opened_run.hpp"
#include "shards/checkpoint/shard_record.hpp"
#include "shards/train/training_configuration.hpp"

namespace expunge {

/// Loads the model that a shard serves (`ShardRecord::served`; there must be one) for prediction in evaluation mode.
/// `weight` is the number of live samples that this state saw. Throws Failure naming the file where it is damaged.
[[nodiscard]] std::unique_ptr<Constituent> load_constituent(const std::filesystem::path& run,
                                                            const TrainingConfiguration& configuration,
                                                            const ShardRecord& record, std::uint64_t weight,
                                                            const Device& device);

/// Live samples that the state a shard serves has seen: those of slices 1 … its last published one, or, where it is
/// approximate, all that are left of the shard. 0: it abstains.
[[nodiscard]] std::uint64_t samples_seen(const RunRecords& run, const ShardRecord& record);

}  // namespace expunge
