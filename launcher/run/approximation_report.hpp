// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <nlohmann/json_fwd.hpp>

#include "shards/checkpoint/shard_record.hpp"

namespace expunge {

/// How an approximate shard came to be what it is, and what it keeps: method, guarantee, batches, exact_stages,
/// stages_kept, files_kept, sample_gradients, forward_passes, hessian_vector_products, seconds, evidence; null where
/// the shard is exact.
[[nodiscard]] nlohmann::ordered_json approximation_json(const ShardRecord& record);

/// Files of the approximation that saw samples which it is to have forgotten, or descend from such files alone: the
/// stages that are kept, and their offsets.
[[nodiscard]] std::uint64_t files_kept(const Approximation& approximation);

}  // namespace expunge
