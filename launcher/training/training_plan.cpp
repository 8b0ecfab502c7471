// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/training/training_plan.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "launcher/process/byte_text.hpp"
#include "launcher/process/standard_output.hpp"
#include "launcher/training/state_size.hpp"
#include "shards/train/train_shard.hpp"

namespace expunge {

namespace {

std::int64_t ranks_with_work(const TrainingPlan& plan) {
  return std::min<std::int64_t>(plan.shards, plan.ranks);
}

}  // namespace

TrainingPlan plan_training(const TrainingConfiguration& c, const Partition& partition) {
  TrainingPlan plan;
  plan.placed_by_subject = c.placed_by_subject;
  plan.classes = c.classes;
  plan.shards = c.shards;
  plan.slices = c.slices;
  plan.empty_cells = partition.empty_cells();
  for (std::uint32_t k = 0; k < c.shards; ++k) {
    const std::uint64_t shard = shard_visits(c, partition, ShardId(k));
    plan.samples += partition.samples(ShardId(k));
    plan.sample_gradients += shard;
    plan.largest_shard = std::max(plan.largest_shard, shard);
  }
  plan.checkpoint_bytes = state_bytes(c);
  plan.storage_bytes = plan.checkpoint_bytes * c.shards * c.slices;
  return plan;
}

std::string to_json_text(const TrainingPlan& plan) {
  const nlohmann::ordered_json json{{"dry_run", true},
                                    {"run", plan.run},
                                    {"resumes", plan.resumes},
                                    {"samples", plan.samples},
                                    {"shards", plan.shards},
                                    {"slices", plan.slices},
                                    {"empty_cells", plan.empty_cells},
                                    {"sample_gradients", plan.sample_gradients},
                                    {"largest_shard_sample_gradients", plan.largest_shard},
                                    {"checkpoint_bytes", plan.checkpoint_bytes},
                                    {"storage_bytes", plan.storage_bytes},
                                    {"ranks", plan.ranks},
                                    {"ranks_with_work", ranks_with_work(plan)}};
  return document_text(json);
}

std::string to_text(const TrainingPlan& plan) {
  return fmt::format(
      "would {} {}\n"
      "  data        {} samples, {} classes, placed by {}\n"
      "  cells       {} shards x {} slices, {} empty\n"
      "  cost        {} sample-gradients, {} in the largest shard\n"
      "  storage     {} in {} checkpoints\n"
      "  ranks       {}, {} with work\n"
      "nothing was written\n",
      plan.resumes ? "go on with" : "make", plan.run, plan.samples, plan.classes,
      plan.placed_by_subject ? "subject" : "sample id", plan.shards, plan.slices, plan.empty_cells,
      plan.sample_gradients, plan.largest_shard, byte_text(plan.storage_bytes),
      std::uint64_t{plan.shards} * plan.slices, plan.ranks, ranks_with_work(plan));
}

}  // namespace expunge
