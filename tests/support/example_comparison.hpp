// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "aggregation/report/comparison_report.hpp"

namespace expunge::testing {

/// One shard's residual memory as `ResidualMemory::to_json` gives it: Δ = a·x^−α + b over `points` retrained stages,
/// each with its fit once there are five. A negative `a` is a memory that grows: no point of it stops.
[[nodiscard]] inline std::string example_evidence(std::uint32_t first_stage, std::uint32_t points, double epsilon,
                                                  double a, double alpha, double b) {
  constexpr std::uint32_t kFewPoints = 5;
  constexpr std::uint32_t kFluctuation = 16;
  const bool decays = a > 0;
  std::string lines;
  for (std::uint32_t x = 1; x <= points; ++x) {
    const double ripple = 1 + 0.02 * std::sin(2.5 * x);
    const double delta = 180 * (a * std::pow(x, -alpha) + b) * ripple;
    const double slope = -a * alpha * std::pow(x, -alpha - 1);
    const bool stop = decays && x == points;
    if (x > 1) lines += ',';
    if (x < kFewPoints) {
      lines += fmt::format(R"({{"stage":{},"delta":{},"rule":"few points","stop":false,"fit":null,"slope":null}})",
                           first_stage + x - 1, delta);
    } else {
      lines += fmt::format(
          R"({{"stage":{},"delta":{},"rule":"{}","stop":{},"fit":{{"a":{},"alpha":{},"b":{}}},"slope":{}}})",
          first_stage + x - 1, delta,
          !decays            ? "no decay"
          : x < kFluctuation ? "grid"
                             : "dfa",
          stop, a, alpha, b, slope);
    }
  }
  const std::string end = decays ? fmt::to_string(first_stage + points - 1) : "null";
  return fmt::format(
      R"({{"rule":{{"epsilon":{},"unit":"relative","least_points":{}}},"points":[{}],"stopped_after":{},"why":"{}"}})",
      epsilon, kFewPoints, lines, end,
      decays ? "the fitted slope is below epsilon" : "the residual memory does not decay: retrained to the end");
}

/// What one repetition of a method of the example is made of.
struct ExampleNumbers {
  std::uint64_t sample_gradients = 0;
  double seconds = 0;
  Accuracies ensemble;
  Accuracies constituent;
  Distances distances;
  std::optional<double> attack_gap;
  std::optional<double> canary;
  std::optional<double> gap_closed;
};

inline constexpr double kExampleRetrainedCanary = 0.01;

[[nodiscard]] inline MethodRepetition example_repetition(std::uint32_t number, const ExampleNumbers& n) {
  const double sway = number == 0 ? 1.0 : 1.03;  // of what differs between seeds and machines
  const auto swayed = [&](std::optional<double> value) {
    return value ? std::optional<double>(*value * sway) : std::nullopt;
  };
  MethodRepetition repetition;
  repetition.repetition = number;
  repetition.work.sample_gradients = n.sample_gradients;
  repetition.work.seconds = n.seconds * sway;
  repetition.work.process_seconds = 3 * n.seconds * sway;
  repetition.work.bytes_read = 40 * n.sample_gradients;
  repetition.work.bytes_written = 120 * n.sample_gradients;
  repetition.accuracy = n.ensemble;
  repetition.constituent_accuracy = n.constituent;
  repetition.distances = {.theta = swayed(n.distances.theta),
                          .theta_relative = swayed(n.distances.theta_relative),
                          .y = n.distances.y,
                          .kl = swayed(n.distances.kl),
                          .ensemble_y = n.distances.ensemble_y};
  if (n.attack_gap) {
    repetition.membership = {.advantage = 0.02 + *n.attack_gap,
                             .advantage_gap = *n.attack_gap,
                             .attack_accuracy = 0.51 + *n.attack_gap,
                             .attack_gap = *n.attack_gap,
                             .why_null = ""};
  } else {
    repetition.membership.why_null = "12 forgotten samples are fewer than 20";
  }
  if (n.canary) repetition.canary = CanaryScore{.value = *n.canary, .gap_closed = n.gap_closed};
  return repetition;
}

[[nodiscard]] inline MethodReport example_method(std::string name, std::string guarantee, const ExampleNumbers& n) {
  MethodReport method;
  method.name = std::move(name);
  method.guarantee = std::move(guarantee);
  for (std::uint32_t i = 0; i < 2; ++i) {
    method.repetitions.push_back(example_repetition(i, n));
    MethodRepetition& repetition = method.repetitions.back();
    repetition.certifiability =
        n.ensemble.forget ? std::optional<double>(std::abs(*n.ensemble.forget - 0.93) / (*n.ensemble.forget + 0.93))
                          : std::nullopt;
    repetition.tug_of_war = (1 - std::abs(*n.ensemble.test - 0.962)) * (1 - std::abs(*n.ensemble.retain - 0.965)) *
                            (1 - std::abs(*n.ensemble.forget - 0.93));
  }
  return method;
}

/// A cut retraining's residual memory: three shards, two of which stopped early.
inline void add_example_evidence(MethodReport& method, double epsilon, std::uint32_t points) {
  for (MethodRepetition& repetition : method.repetitions) {
    repetition.work.bookkeeping_seconds = 0.03 * repetition.work.process_seconds;
    repetition.work.storage_bytes = 53'400'000;
    repetition.work.training_overhead = 0.04;
    repetition.residual_memory = {
        {.shard = 0, .batch = 1, .evidence = example_evidence(20, points, epsilon, 0.9, 0.85, 0.1)},
        {.shard = 1, .batch = 1, .evidence = example_evidence(48, points + 2, epsilon, 0.8, 0.6, 0.2)},
        {.shard = 2, .batch = 1, .evidence = example_evidence(88, 13, epsilon, -0.4, 0.5, 1.3)}};
  }
}

/// A whole comparison, made up: three shards of a hundred sequential slices, a planted backdoor, two repetitions on
/// three ranks; eight methods of all kinds. It holds more at once than one comparison would: its canary lies in one
/// shard, its requests in three.
[[nodiscard]] inline ComparisonReport example_comparison() {
  ComparisonReport report;
  report.run = "runs/letters";
  report.requests = "requests.jsonl";
  report.replay = "batch";
  report.test = "idx:t10k-images-idx3-ubyte,t10k-labels-idx1-ubyte";
  report.batches = 1;
  report.samples_forgotten = 130;
  report.samples_live = 59'870;
  report.affected_shards = {0, 1, 2};
  report.ranks = 3;
  report.repetitions = 2;
  report.seconds = 412.7;

  const Accuracies clean{.test = 0.962, .retain = 0.965, .forget = 0.930};
  const Accuracies clean_shard{.test = 0.941, .retain = 0.946, .forget = 0.912};
  const Accuracies dirty{.test = 0.958, .retain = 0.966, .forget = 0.995};
  const Accuracies dirty_shard{.test = 0.935, .retain = 0.947, .forget = 0.998};
  const Distances none{.theta = 0.0, .theta_relative = 0.0, .y = 1.0, .kl = 0.0, .ensemble_y = 1.0};
  const Distances far{.theta = 6.2, .theta_relative = 0.55, .y = 0.905, .kl = 0.21, .ensemble_y = 0.951};

  report.reference = example_method("retrain", "exact",
                                    {.sample_gradients = 59'870,
                                     .seconds = 31.0,
                                     .ensemble = clean,
                                     .constituent = clean_shard,
                                     .distances = none,
                                     .attack_gap = 0.0,
                                     .canary = kExampleRetrainedCanary,
                                     .gap_closed = 1.0});
  report.methods.push_back(example_method("identity", "none",
                                          {.sample_gradients = 0,
                                           .seconds = 0,
                                           .ensemble = dirty,
                                           .constituent = dirty_shard,
                                           .distances = far,
                                           .attack_gap = 0.24,
                                           .canary = 0.97,
                                           .gap_closed = 0.0}));
  report.methods.push_back(report.reference);
  MethodReport single = example_method("retrain-single", "exact",
                                       {.sample_gradients = 59'870,
                                        .seconds = 84.0,
                                        .ensemble = {.test = 0.974, .retain = 0.978, .forget = 0.935},
                                        .constituent = {.test = 0.974, .retain = 0.978, .forget = 0.935},
                                        .distances = {.ensemble_y = 0.968},
                                        .attack_gap = 0.0,
                                        .canary = kExampleRetrainedCanary,
                                        .gap_closed = 1.0});
  report.methods.push_back(std::move(single));
  report.methods.push_back(example_method("exact", "exact",
                                          {.sample_gradients = 29'270,
                                           .seconds = 16.4,
                                           .ensemble = clean,
                                           .constituent = clean_shard,
                                           .distances = none,
                                           .attack_gap = 0.0,
                                           .canary = kExampleRetrainedCanary,
                                           .gap_closed = 1.0}));
  MethodReport coarse =
      example_method("deepobliviate:epsilon=0.1", "heuristic",
                     {.sample_gradients = 5'600,
                      .seconds = 3.6,
                      .ensemble = {.test = 0.960, .retain = 0.964, .forget = 0.938},
                      .constituent = {.test = 0.937, .retain = 0.944, .forget = 0.921},
                      .distances = {.theta = 3.1, .theta_relative = 0.27, .y = 0.951, .kl = 0.07, .ensemble_y = 0.979},
                      .attack_gap = 0.05,
                      .canary = 0.12,
                      .gap_closed = 0.885});
  add_example_evidence(coarse, 0.1, 8);
  coarse.checked = {"stages were trained one after the other", "training is deterministic"};
  report.methods.push_back(std::move(coarse));
  MethodReport fine =
      example_method("deepobliviate:epsilon=0.02", "heuristic",
                     {.sample_gradients = 11'200,
                      .seconds = 6.9,
                      .ensemble = {.test = 0.962, .retain = 0.965, .forget = 0.931},
                      .constituent = {.test = 0.940, .retain = 0.945, .forget = 0.914},
                      .distances = {.theta = 1.9, .theta_relative = 0.17, .y = 0.972, .kl = 0.03, .ensemble_y = 0.989},
                      .attack_gap = 0.01,
                      .canary = 0.03,
                      .gap_closed = 0.979});
  add_example_evidence(fine, 0.02, 20);
  fine.checked = {"stages were trained one after the other", "training is deterministic"};
  fine.fallbacks = {"shard 2: the residual memory does not decay, so it was retrained to the end"};
  report.methods.push_back(std::move(fine));
  report.methods.push_back(
      example_method("finetune:epochs=1", "heuristic",
                     {.sample_gradients = 59'870,
                      .seconds = 29.1,
                      .ensemble = {.test = 0.963, .retain = 0.970, .forget = 0.991},
                      .constituent = {.test = 0.941, .retain = 0.953, .forget = 0.993},
                      .distances = {.theta = 6.6, .theta_relative = 0.59, .y = 0.904, .kl = 0.23, .ensemble_y = 0.952},
                      .attack_gap = 0.22,
                      .canary = 0.93,
                      .gap_closed = 0.042}));
  MethodReport ascent =
      example_method("neggrad+", "heuristic",
                     {.sample_gradients = 9'100,
                      .seconds = 4.2,
                      .ensemble = {.test = 0.921, .retain = 0.925, .forget = 0.412},
                      .constituent = {.test = 0.871, .retain = 0.880, .forget = 0.207},
                      .distances = {.theta = 7.4, .theta_relative = 0.66, .y = 0.861, .kl = 0.48, .ensemble_y = 0.918},
                      .attack_gap = 0.31,
                      .canary = 0.05,
                      .gap_closed = 0.958});
  for (MethodRepetition& repetition : ascent.repetitions) {
    repetition.work.forward_passes = 1'300;
    repetition.work.hessian_vector_products = 0;
  }
  ascent.fallbacks = {"stopped after 3 of 10 epochs: the forget set's accuracy had reached the test set's"};
  report.methods.push_back(std::move(ascent));

  for (std::uint32_t repetition = 0; repetition < report.repetitions; ++repetition) {
    for (std::uint32_t i = 0; i < 3; ++i) {
      const double step = 0.1 * (i + 3 * repetition);
      report.floors.push_back(
          {.kind = "order",
           .repetition = repetition,
           .distances = {.theta = 1.8 + step / 2,
                         .theta_relative = 0.16 + step / 20,
                         .y = 0.974 - step / 100,
                         .kl = 0.028 + step / 50,
                         .ensemble_y = 0.990 - step / 100},
           .accuracy = {.test = 0.961 + step / 200, .retain = 0.965, .forget = 0.929 + step / 100},
           .constituent_accuracy = {.test = 0.940 + step / 200, .retain = 0.946, .forget = 0.911 + step / 100}});
    }
    report.floors.push_back(
        {.kind = "seed",
         .repetition = repetition,
         .distances =
             {.theta = 11.4 + 0.2 * repetition, .theta_relative = 1.02, .y = 0.928, .kl = 0.16, .ensemble_y = 0.966},
         .accuracy = {.test = 0.963, .retain = 0.966, .forget = 0.931},
         .constituent_accuracy = {.test = 0.942, .retain = 0.947, .forget = 0.913}});
  }
  report.canary = CanaryReport{.spec = "backdoor:size=100,target=3",
                               .kind = "backdoor",
                               .measure = "share of patched test samples that are taken for class 3",
                               .samples = 100,
                               .shard = 1,
                               .slice = 48,
                               .remembered = 0.97,
                               .retrained = kExampleRetrainedCanary,
                               .measurable = true};
  report.timeline = {{.rank = 0, .shard = 0, .begin = 0.02, .end = 15.9, .sample_gradients = 16'185},
                     {.rank = 1, .shard = 1, .begin = 0.03, .end = 10.4, .sample_gradients = 10'500},
                     {.rank = 2, .shard = 2, .begin = 0.03, .end = 2.7, .sample_gradients = 2'585}};
  report.configuration = {{"model", "lenet"},        {"shards", "3"},           {"slices", "100"},
                          {"slicing", "sequential"}, {"epochs", "1"},           {"batch_size", "32"},
                          {"optimizer", "sgd"},      {"learning_rate", "0.05"}, {"seed", "7"}};
  report.versions = {{"expunge", "0.1.0"}, {"numerics", "1 <generic>"}, {"libtorch", "1.13.1"}};
  return report;
}

}  // namespace expunge::testing
