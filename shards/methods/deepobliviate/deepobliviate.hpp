// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "framework/config/spec.hpp"
#include "shards/checkpoint/shard_unlearning.hpp"
#include "shards/methods/catalogue.hpp"
#include "shards/methods/deepobliviate/residual_memory.hpp"
#include "shards/train/train_shard.hpp"

namespace expunge {

/// `deepobliviate[:epsilon=0.1,normalise=relative|none|per-param,least-points=5]`. Throws UsageError for anything else.
[[nodiscard]] StopRule parse_stop_rule(const Spec& spec);
/// Of `deepobliviate`; nullopt of another method.
[[nodiscard]] std::optional<StopRule> stop_rule_of(const UnlearningMethod& method);

/// DeepObliviate (He et al. 2021, arXiv 2105.06209): retrains a shard under sequential slicing from the first touched
/// slice, without the deleted samples, until the residual memory of the stages has flattened, and keeps what the later
/// stages did before, shifted by what retraining changed (shards/methods/README.md). Works on `next.json`, which
/// the caller has begun (`begin_approximate_generation` with OldStages::kKept), and goes on with what is there of it.
/// The record ends complete: exact where every stage was retrained, with an approximation and its evidence where it was
/// cut short.
///
/// Where the record has no stored trajectory to stitch (an approximation without a tail) it retrains to the end. That
/// it did, and where the rule never stopped it, why, is among the outcome's fallbacks. Throws UsageError under
/// cumulative slicing, else what `train_shard` throws.
[[nodiscard]] ShardOutcome deepobliviate_shard(const ShardContext& context, const ShardUnlearning& task,
                                               const Dataset& data, const Partition& live, const ShardHooks& hooks);

}  // namespace expunge
