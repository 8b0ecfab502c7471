// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "aggregation/report/comparison_summary.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace expunge {

namespace {

using Value = std::optional<double>;

constexpr auto kMeasures = std::to_array<Measure>({
    {"/sample_gradients", [](MethodNumbers& n) -> Value& { return n.sample_gradients; }, true},
    {"/forward_passes", [](MethodNumbers& n) -> Value& { return n.forward_passes; }, true},
    {"/hessian_vector_products", [](MethodNumbers& n) -> Value& { return n.hessian_vector_products; }, true},
    {"/seconds", [](MethodNumbers& n) -> Value& { return n.seconds; }},
    {"/process_seconds", [](MethodNumbers& n) -> Value& { return n.process_seconds; }},
    {"/bookkeeping_seconds", [](MethodNumbers& n) -> Value& { return n.bookkeeping_seconds; }},
    {"/bytes_read", [](MethodNumbers& n) -> Value& { return n.bytes_read; }, true},
    {"/bytes_written", [](MethodNumbers& n) -> Value& { return n.bytes_written; }, true},
    {"/storage_bytes", [](MethodNumbers& n) -> Value& { return n.storage_bytes; }, true},
    {"/training_overhead", [](MethodNumbers& n) -> Value& { return n.training_overhead; }},
    {"/accuracy/test", [](MethodNumbers& n) -> Value& { return n.accuracy.test; }},
    {"/accuracy/retain", [](MethodNumbers& n) -> Value& { return n.accuracy.retain; }},
    {"/accuracy/forget", [](MethodNumbers& n) -> Value& { return n.accuracy.forget; }},
    {"/constituent_accuracy/test", [](MethodNumbers& n) -> Value& { return n.constituent_accuracy.test; }},
    {"/constituent_accuracy/retain", [](MethodNumbers& n) -> Value& { return n.constituent_accuracy.retain; }},
    {"/constituent_accuracy/forget", [](MethodNumbers& n) -> Value& { return n.constituent_accuracy.forget; }},
    {"/effectiveness", [](MethodNumbers& n) -> Value& { return n.effectiveness; }},
    {"/constituent_effectiveness", [](MethodNumbers& n) -> Value& { return n.constituent_effectiveness; }},
    {"/consistency/theta", [](MethodNumbers& n) -> Value& { return n.distances.theta; }},
    {"/consistency/theta_relative", [](MethodNumbers& n) -> Value& { return n.distances.theta_relative; }},
    {"/consistency/y", [](MethodNumbers& n) -> Value& { return n.distances.y; }},
    {"/consistency/kl", [](MethodNumbers& n) -> Value& { return n.distances.kl; }},
    {"/consistency/ensemble_y", [](MethodNumbers& n) -> Value& { return n.distances.ensemble_y; }},
    {"/certifiability", [](MethodNumbers& n) -> Value& { return n.certifiability; }},
    {"/tow", [](MethodNumbers& n) -> Value& { return n.tug_of_war; }},
    {"/mia/loss_threshold/advantage", [](MethodNumbers& n) -> Value& { return n.membership.advantage; }},
    {"/mia/loss_threshold/gap", [](MethodNumbers& n) -> Value& { return n.membership.advantage_gap; }},
    {"/mia/loss_regression/accuracy", [](MethodNumbers& n) -> Value& { return n.membership.attack_accuracy; }},
    {"/mia/loss_regression/gap", [](MethodNumbers& n) -> Value& { return n.membership.attack_gap; }},
    {"/canary/value", [](MethodNumbers& n) -> Value& { return n.canary; }},
    {"/canary/gap_closed", [](MethodNumbers& n) -> Value& { return n.gap_closed; }},
});

// Counts become numbers that have means.
double number(std::uint64_t count) {
  return static_cast<double>(count);
}

Value distance(Value a, Value b) {
  return a && b ? Value(std::abs(*a - *b)) : std::nullopt;
}

Value unlike(Value agreement) {
  return agreement ? Value(1 - *agreement) : std::nullopt;
}

Value ratio(Value of, Value by) {
  return of && by && *by != 0 ? Value(*of / *by) : std::nullopt;
}

const MethodRepetition* find(const MethodReport& method, std::uint32_t repetition) {
  const auto found = std::find_if(method.repetitions.begin(), method.repetitions.end(),
                                  [&](const MethodRepetition& one) { return one.repetition == repetition; });
  return found == method.repetitions.end() ? nullptr : &*found;
}

const MethodReport* find(const ComparisonReport& report, std::string_view name) {
  const auto found = std::find_if(report.methods.begin(), report.methods.end(),
                                  [&](const MethodReport& method) { return method.name == name; });
  return found == report.methods.end() ? nullptr : &*found;
}

MethodSummary means_of(const ComparisonReport& report, const MethodReport& method) {
  MethodSummary summary;
  summary.method = &method;
  for (const MethodRepetition& repetition : method.repetitions)
    summary.repetitions.push_back(numbers_of(repetition, find(report.reference, repetition.repetition)));
  for (const Measure& measure : kMeasures)
    if (const auto spread = spread_of(summary.values(measure))) measure.in(summary.mean) = spread->mean;
  for (const MethodNumbers& numbers : summary.repetitions)
    if (summary.mean.membership.why_null.empty()) summary.mean.membership.why_null = numbers.membership.why_null;
  return summary;
}

std::optional<MethodNumbers> means_of(const ComparisonReport& report, std::string_view name) {
  const MethodReport* method = find(report, name);
  if (method == nullptr || method->repetitions.empty()) return std::nullopt;
  return means_of(report, *method).mean;
}

SpeedUp speedup_over(const std::optional<MethodNumbers>& other, const MethodNumbers& own) {
  if (!other) return {};
  return {.sample_gradients = ratio(other->sample_gradients, own.sample_gradients),
          .seconds = ratio(other->seconds, own.seconds)};
}

Distances divided(const Distances& own, const std::optional<MethodNumbers>& identity) {
  if (!identity) return {};
  const Distances& theirs = identity->distances;
  return {.theta = ratio(own.theta, theirs.theta),
          .theta_relative = ratio(own.theta_relative, theirs.theta_relative),
          .y = ratio(unlike(own.y), unlike(theirs.y)),
          .kl = ratio(own.kl, theirs.kl),
          .ensemble_y = ratio(unlike(own.ensemble_y), unlike(theirs.ensemble_y))};
}

FloorSummary floor_of(const ComparisonReport& report, std::string_view kind) {
  const auto spread = [&](auto value) {
    std::vector<Value> values;
    for (const FloorReport& floor : report.floors)
      if (floor.kind == kind) values.push_back(value(floor));
    return spread_of(values);
  };
  const auto effect = [&](auto accuracy) {
    return spread([&](const FloorReport& floor) {
      const MethodRepetition* reference = find(report.reference, floor.repetition);
      return reference == nullptr ? std::nullopt : distance(accuracy(floor), accuracy(*reference));
    });
  };
  return {.theta = spread([](const FloorReport& floor) { return floor.distances.theta; }),
          .theta_relative = spread([](const FloorReport& floor) { return floor.distances.theta_relative; }),
          .y = spread([](const FloorReport& floor) { return floor.distances.y; }),
          .kl = spread([](const FloorReport& floor) { return floor.distances.kl; }),
          .ensemble_y = spread([](const FloorReport& floor) { return floor.distances.ensemble_y; }),
          .canary = spread([](const FloorReport& floor) { return floor.canary; }),
          .effectiveness = effect([](const auto& one) { return one.accuracy.test; }),
          .constituent_effectiveness = effect([](const auto& one) { return one.constituent_accuracy.test; })};
}

}  // namespace

std::span<const Measure> measures() {
  return kMeasures;
}

MethodNumbers numbers_of(const MethodRepetition& repetition, const MethodRepetition* reference) {
  const MethodWork& work = repetition.work;
  MethodNumbers numbers{.sample_gradients = number(work.sample_gradients),
                        .forward_passes = number(work.forward_passes),
                        .hessian_vector_products = number(work.hessian_vector_products),
                        .seconds = work.seconds,
                        .process_seconds = work.process_seconds,
                        .bookkeeping_seconds = work.bookkeeping_seconds,
                        .bytes_read = number(work.bytes_read),
                        .bytes_written = number(work.bytes_written),
                        .storage_bytes = number(work.storage_bytes),
                        .training_overhead = work.training_overhead,
                        .accuracy = repetition.accuracy,
                        .constituent_accuracy = repetition.constituent_accuracy,
                        .distances = repetition.distances,
                        .certifiability = repetition.certifiability,
                        .tug_of_war = repetition.tug_of_war,
                        .membership = repetition.membership};
  if (reference != nullptr) {
    numbers.effectiveness = distance(repetition.accuracy.test, reference->accuracy.test);
    numbers.constituent_effectiveness =
        distance(repetition.constituent_accuracy.test, reference->constituent_accuracy.test);
  }
  if (repetition.canary) {
    numbers.canary = repetition.canary->value;
    numbers.gap_closed = repetition.canary->gap_closed;
  }
  return numbers;
}

std::vector<std::optional<double>> MethodSummary::values(const Measure& measure) const {
  std::vector<Value> values;
  for (MethodNumbers numbers : repetitions) values.push_back(measure.in(numbers));
  return values;
}

ComparisonSummary summary_of(const ComparisonReport& report) {
  ComparisonSummary summary{.methods = {},
                            .reference = means_of(report, report.reference),
                            .identity = means_of(report, kDoingNothing),
                            .exact = means_of(report, kExact),
                            .order = floor_of(report, "order"),
                            .seed = floor_of(report, "seed")};
  summary.reference = summary_of(report, summary, report.reference);
  for (const MethodReport& method : report.methods) summary.methods.push_back(summary_of(report, summary, method));
  return summary;
}

MethodSummary summary_of(const ComparisonReport& report, const ComparisonSummary& summary, const MethodReport& method) {
  MethodSummary own = means_of(report, method);
  own.speedup = speedup_over(summary.reference.mean, own.mean);
  own.speedup_over_exact = speedup_over(summary.exact, own.mean);
  own.over_identity = divided(own.mean.distances, summary.identity);
  return own;
}

std::optional<Spread> spread_of(const std::vector<std::optional<double>>& values) {
  std::vector<double> known;
  for (const auto& value : values)
    if (value) known.push_back(*value);
  if (known.empty()) return std::nullopt;
  if (std::any_of(known.begin(), known.end(), [](double value) { return std::isnan(value); })) {
    constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
    return Spread{.count = known.size(), .mean = kNone, .deviation = kNone, .least = kNone, .most = kNone};
  }
  const auto count = static_cast<double>(known.size());
  double sum = 0;
  for (const double value : known) sum += value;
  Spread spread{.count = known.size(),
                .mean = sum / count,
                .deviation = 0,
                .least = *std::min_element(known.begin(), known.end()),
                .most = *std::max_element(known.begin(), known.end())};
  // A sum over equal values may be off by a rounding; their mean is theirs.
  if (spread.least == spread.most) spread.mean = spread.least;
  if (known.size() < 2) return spread;
  double squares = 0;
  for (const double value : known) squares += (value - spread.mean) * (value - spread.mean);
  spread.deviation = std::sqrt(squares / (count - 1));
  return spread;
}

}  // namespace expunge
