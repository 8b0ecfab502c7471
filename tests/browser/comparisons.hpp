// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <string>

#include <fmt/format.h>

#include "tests/support/example_comparison.hpp"

namespace expunge::testing {

/// A sweep: forty settings of one method with long names, residual memories of 300 stages, ten ranks.
[[nodiscard]] inline ComparisonReport sweep_comparison() {
  constexpr std::uint32_t kSettings = 40;
  constexpr std::uint32_t kStages = 300;
  ComparisonReport report = example_comparison();
  const MethodReport identity = report.methods.front();
  report.run = "runs/" + std::string(70, 'x') + "/a-very-long-name-without-a-blank";
  report.methods = {identity};
  for (std::uint32_t i = 1; i < kSettings; ++i) {
    const double part = static_cast<double>(i) / kSettings;
    MethodReport method = example_method(
        fmt::format("deepobliviate:epsilon={},normalise=relative,least-points={}", 0.2 / i, 5 + i % 3), "heuristic",
        {.sample_gradients = static_cast<std::uint64_t>(900 * std::exp(4 * part)),
         .seconds = 40 * part,
         .ensemble = {.test = 0.95 + 0.01 * part, .retain = 0.96, .forget = 0.94},
         .constituent = {.test = 0.93, .retain = 0.94, .forget = 0.93},
         .distances = {.theta = 6.2 * (1 - part) + 1.5, .theta_relative = 0.3, .y = 0.91 + 0.06 * part, .kl = 0.1},
         .attack_gap = std::nullopt,
         .canary = 0.97 - 0.9 * part,
         .gap_closed = 0.9 * part});
    if (i % 10 == 1) add_example_evidence(method, 0.2 / i, kStages);
    report.methods.push_back(std::move(method));
  }
  report.timeline.clear();
  for (std::uint32_t shard = 0; shard < 60; ++shard) {
    const std::uint32_t rank = shard % 10;
    const std::uint32_t round = shard / 10;
    report.timeline.push_back({.rank = static_cast<int>(rank),
                               .shard = shard,
                               .begin = 3.0 * round,
                               .end = 3.0 * round + 1 + 0.2 * rank,
                               .sample_gradients = 1000});
  }
  return report;
}

/// As little as there can be: one method, no floor, no canary, no timeline, hardly a number.
[[nodiscard]] inline ComparisonReport bare_comparison() {
  ComparisonReport report;
  report.run = "runs/bare";
  report.replay = "batch";
  ExampleNumbers numbers;
  numbers.ensemble = {.test = 0.9, .retain = 0.9, .forget = 0.9};
  numbers.sample_gradients = 100;
  numbers.seconds = 1;
  report.reference = example_method("retrain", "exact", numbers);
  numbers.sample_gradients = 50;
  report.methods = {example_method("exact", "exact", numbers)};
  return report;
}

}  // namespace expunge::testing
