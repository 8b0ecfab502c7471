// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "framework/core/ids.hpp"
#include "framework/random/key.hpp"
#include "shards/checkpoint/state.hpp"
#include "shards/train/training_configuration.hpp"

namespace expunge {

/// The key of a shard's initial weights.
[[nodiscard]] Key initial_key(const Key& seed, ShardId shard);

/// The state after stage 0 as a slice file would hold it: the keyed initial weights, and an optimiser's state that is
/// all zeros where it is carried. The same on every device.
[[nodiscard]] ModelState initial_state(const TrainingConfiguration& configuration, const Key& seed, ShardId shard);

/// Throws UsageError where batches of `batch_size` can't train `model`: one sample has no statistics to normalise by.
void check_batch_size(const std::string& model, const std::vector<std::int64_t>& shape, std::int64_t classes,
                      std::int64_t batch_size);

/// "static" where `model` has a form that trains without autograd, else "autograd".
[[nodiscard]] std::string default_step(const std::string& model, const std::vector<std::int64_t>& shape,
                                       std::int64_t classes);

}  // namespace expunge
