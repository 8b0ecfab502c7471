// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/policy/cost_model.hpp"

#include <algorithm>
#include <cmath>

namespace expunge {

namespace {

// 1 − (1 − share)^requests, also where share is tiny or 1.
double probability_of_any(double share, double requests) {
  if (share >= 1) return requests > 0 ? 1 : 0;
  return -std::expm1(requests * std::log1p(-share));
}

}  // namespace

// Where the samples that stay lie does not depend on where those that go lie, so the expected visits of a stage and the
// probability that it is retrained multiply. COST.md derives it.
double expected_batch_cost(const CostSetting& setting, std::uint64_t requests) {
  const double removed = std::min(static_cast<double>(requests), setting.samples);
  const double cells = static_cast<double>(setting.shards) * setting.slices;
  const double in_cell = (setting.samples - removed) / cells;
  double visits = 0;
  for (std::uint32_t stage = 1; stage <= setting.slices; ++stage) {
    const double of_stage =
        setting.cumulative ? 2 * setting.epochs * in_cell * stage / (setting.slices + 1.0) : setting.epochs * in_cell;
    visits += of_stage * probability_of_any(stage / cells, removed);
  }
  return setting.shards * visits;
}

double expected_cost(const CostSetting& setting, std::span<const std::uint64_t> batches) {
  CostSetting left = setting;
  double cost = 0;
  for (const std::uint64_t requests : batches) {
    cost += expected_batch_cost(left, requests);
    left.samples -= std::min(static_cast<double>(requests), left.samples);
  }
  return cost;
}

double full_retrain_cost(const CostSetting& setting) {
  return setting.epochs * setting.samples;
}

}  // namespace expunge
