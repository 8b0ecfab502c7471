// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/checkpoint/shard_unlearning.hpp"
#include "shards/methods/method.hpp"
#include "shards/train/train_shard.hpp"

namespace expunge {

namespace {

constexpr StageMethod kRetrainStages{
    [](const Spec& spec) { spec.expect(0, "", {}); },
    [](const ShardContext& context, const ShardUnlearning& task, const Dataset& data, const Partition& live,
       const ShardHooks& hooks) { return train_shard(context, task.shard, data, live, hooks); }};

}  // namespace

extern const MethodEntry kExactMethod;
const MethodEntry kExactMethod{.name = "exact",
                               .arguments = "",
                               .summary = "retrain what saw the samples, from the last stage that did not",
                               .needs = {.checkpoints = true, .retain_set = true},
                               .defined_by = DefinedBy::kWeights,
                               .guarantee = Guarantee::Kind::kExact,
                               .bound = CostBound::kExact,
                               .stages = &kRetrainStages};

/// A batch without requests: makes shards exact again that are served approximately (`unlearn --heal`).
extern const MethodEntry kHealMethod;
const MethodEntry kHealMethod{.name = "heal",
                              .arguments = "",
                              .summary = "retrain what is served approximately",
                              .needs = {.checkpoints = true, .retain_set = true},
                              .defined_by = DefinedBy::kWeights,
                              .guarantee = Guarantee::Kind::kExact,
                              .bound = CostBound::kExact,
                              .takes_requests = false,
                              .stages = &kRetrainStages};

}  // namespace expunge
