// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/policy/plan.hpp"

#include <algorithm>
#include <functional>
#include <queue>

#include "shards/train/stage_plan.hpp"

namespace expunge {

void add_impact(Impact& impact, const std::vector<CellDeletion>& cells) {
  for (const auto& [cell, ids, references, subjects] : cells) {
    const auto [place, inserted] = impact.try_emplace(cell.shard, cell.slice);
    if (!inserted) place->second = std::min(place->second, cell.slice);
  }
}

std::uint64_t cost_of_stages(const TrainingConfiguration& configuration, std::span<const std::uint64_t> slices,
                             SliceId first) {
  std::uint64_t cost = 0;
  std::uint64_t seen = 0;
  for (std::uint32_t r = 1; r <= slices.size(); ++r) {
    seen = configuration.slicing == Slicing::kCumulative ? seen + slices[r - 1] : slices[r - 1];
    if (r >= first.value()) cost += stage_visits(configuration, seen);
  }
  return cost;
}

UnlearningPlan plan_unlearning(const TrainingConfiguration& configuration, const CellCounts& live,
                               const Impact& impact) {
  UnlearningPlan plan;
  for (const auto& slices : live) plan.full_retrain += cost_of_stages(configuration, slices, SliceId(1));
  for (const auto& [shard, first] : impact) {
    ShardPlan one{shard, first, configuration.slices - first.value() + 1,
                  cost_of_stages(configuration, live.at(shard.value()), first)};
    plan.stages += one.stages;
    plan.sample_gradients += one.sample_gradients;
    plan.shards.push_back(one);
  }
  return plan;
}

double UnlearningPlan::seconds(double speed, int ranks) const {
  std::vector<std::uint64_t> jobs;
  for (const auto& shard : shards) jobs.push_back(shard.sample_gradients);
  std::ranges::sort(jobs, std::ranges::greater());
  std::priority_queue<std::uint64_t, std::vector<std::uint64_t>, std::greater<>> busy_until;
  for (int rank = 0; rank < std::max(ranks, 1); ++rank) busy_until.push(0);
  std::uint64_t end = 0;
  for (const std::uint64_t job : jobs) {
    const std::uint64_t until = busy_until.top() + job;
    busy_until.pop();
    busy_until.push(until);
    end = std::max(end, until);
  }
  return static_cast<double>(end) / speed;
}

}  // namespace expunge
