// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shards/checkpoint/shard_unlearning.hpp"
#include "shards/train/train_shard.hpp"

namespace expunge {

/// Carries pending batches out in one shard by `task.method`: by one that retrains stages, or by one that works on a
/// bench and whose result becomes the state served of `next.json`. The caller has begun that generation.
/// `forgotten` places the samples of the batches as `live` places the others.
///
/// Throws Failure where the method needs samples that the data does not have any more (a scrubbed data set), naming
/// both; nothing is changed then.
[[nodiscard]] ShardOutcome unlearn_shard(const ShardContext& context, const ShardUnlearning& task, const Dataset& data,
                                         const Partition& live, const Partition& forgotten, const ShardHooks& hooks);

}  // namespace expunge
