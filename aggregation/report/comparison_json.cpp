// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "aggregation/report/comparison_report.hpp"
#include "aggregation/report/comparison_summary.hpp"
#include "framework/core/error.hpp"

namespace expunge {

namespace {

using nlohmann::ordered_json;

constexpr int kFormatVersion = 1;

// JSON knows no infinity, which a diverged model's distance may be.
ordered_json finite_or_null(std::optional<double> value) {
  return value && std::isfinite(*value) ? ordered_json(*value) : ordered_json();
}

// A count is written as one as long as it is whole; a mean of counts need not be.
ordered_json count_or_null(std::optional<double> value) {
  if (!value || !std::isfinite(*value) || *value != std::floor(*value)) return finite_or_null(value);
  return static_cast<std::uint64_t>(*value);
}

ordered_json finite_or_null(const std::optional<Spread>& spread) {
  if (!spread) return nullptr;
  return {{"count", spread->count},
          {"mean", finite_or_null(spread->mean)},
          {"deviation", finite_or_null(spread->deviation)},
          {"least", finite_or_null(spread->least)},
          {"most", finite_or_null(spread->most)}};
}

ordered_json finite_or_null(const std::string& text) {
  return text.empty() ? ordered_json() : ordered_json(text);
}

ordered_json& at(ordered_json& json, std::string_view pointer) {
  return json[ordered_json::json_pointer(std::string(pointer))];
}

void add_numbers(ordered_json& json, MethodNumbers numbers) {
  for (const Measure& measure : measures()) {
    const std::optional<double> value = measure.in(numbers);
    at(json, measure.pointer) = measure.counts ? count_or_null(value) : finite_or_null(value);
  }
  json["mia"]["reason"] = finite_or_null(numbers.membership.why_null);
  if (!numbers.canary) json["canary"] = nullptr;
}

ordered_json spreads_json(const MethodSummary& summary) {
  ordered_json json;
  for (const Measure& measure : measures())
    at(json, measure.pointer) = finite_or_null(spread_of(summary.values(measure)));
  if (!summary.mean.canary) json["canary"] = nullptr;
  return json;
}

ordered_json speedup_json(const SpeedUp& speedup) {
  return {{"sample_gradients", finite_or_null(speedup.sample_gradients)}, {"seconds", finite_or_null(speedup.seconds)}};
}

ordered_json distances_json(const Distances& distances) {
  return {{"theta", finite_or_null(distances.theta)},
          {"theta_relative", finite_or_null(distances.theta_relative)},
          {"y", finite_or_null(distances.y)},
          {"kl", finite_or_null(distances.kl)},
          {"ensemble_y", finite_or_null(distances.ensemble_y)}};
}

ordered_json accuracies_json(const Accuracies& accuracy) {
  return {{"test", finite_or_null(accuracy.test)},
          {"retain", finite_or_null(accuracy.retain)},
          {"forget", finite_or_null(accuracy.forget)}};
}

ordered_json residual_json(const MethodReport& method) {
  ordered_json all = ordered_json::array();
  for (const MethodRepetition& repetition : method.repetitions) {
    for (const ResidualSeries& series : repetition.residual_memory) {
      ordered_json json = {{"repetition", repetition.repetition}, {"shard", series.shard}, {"batch", series.batch}};
      const ordered_json evidence = ordered_json::parse(series.evidence, nullptr, /*allow_exceptions=*/false);
      if (!evidence.is_object())
        throw Failure(fmt::format("the residual memory of shard {} after batch {} under {} is no JSON object: '{}'",
                                  series.shard, series.batch, method.name, series.evidence));
      json.update(evidence);
      all.push_back(std::move(json));
    }
  }
  return all;
}

ordered_json method_json(const ComparisonReport& report, const ComparisonSummary& summary, const MethodSummary& own) {
  const MethodReport& method = *own.method;
  ordered_json json = {{"name", method.name}, {"guarantee", method.guarantee}};
  add_numbers(json, own.mean);
  json["speedup_sample_gradients"] = finite_or_null(own.speedup.sample_gradients);
  json["speedup_seconds"] = finite_or_null(own.speedup.seconds);
  json["speedup_over_exact"] = speedup_json(own.speedup_over_exact);
  json["over_identity"] = distances_json(own.over_identity);
  json["residual_memory"] = residual_json(method);
  json["checked"] = method.checked;
  json["fallbacks"] = method.fallbacks;
  json["warning"] = finite_or_null(method.warning);
  const MethodVerdict verdict = verdict_of(report, summary, own);
  json["verdict"] = {{"better_than_nothing", verdict.better_than_nothing},
                     {"within_floor", verdict.within_floor},
                     {"text", verdict.text}};
  json["spread"] = spreads_json(own);
  json["repetitions"] = ordered_json::array();
  for (std::size_t i = 0; i < own.repetitions.size(); ++i) {
    ordered_json one = {{"repetition", method.repetitions[i].repetition}};
    add_numbers(one, own.repetitions[i]);
    json["repetitions"].push_back(std::move(one));
  }
  return json;
}

ordered_json floor_json(const FloorSummary& floor) {
  return {{"theta", finite_or_null(floor.theta)},
          {"theta_relative", finite_or_null(floor.theta_relative)},
          {"y", finite_or_null(floor.y)},
          {"kl", finite_or_null(floor.kl)},
          {"ensemble_y", finite_or_null(floor.ensemble_y)},
          {"canary", finite_or_null(floor.canary)},
          {"effectiveness", finite_or_null(floor.effectiveness)},
          {"constituent_effectiveness", finite_or_null(floor.constituent_effectiveness)}};
}

ordered_json floors_json(const ComparisonReport& report, const ComparisonSummary& summary) {
  ordered_json trainings = ordered_json::array();
  for (const FloorReport& floor : report.floors)
    trainings.push_back({{"kind", floor.kind},
                         {"repetition", floor.repetition},
                         {"consistency", distances_json(floor.distances)},
                         {"accuracy", accuracies_json(floor.accuracy)},
                         {"constituent_accuracy", accuracies_json(floor.constituent_accuracy)},
                         {"canary", finite_or_null(floor.canary)}});
  return {
      {"order", floor_json(summary.order)}, {"seed", floor_json(summary.seed)}, {"trainings", std::move(trainings)}};
}

ordered_json canary_json(const std::optional<CanaryReport>& canary) {
  if (!canary) return nullptr;
  return {{"spec", canary->spec},
          {"kind", canary->kind},
          {"measure", canary->measure},
          {"samples", canary->samples},
          {"shard", canary->shard},
          {"slice", canary->slice},
          {"remembered", finite_or_null(canary->remembered)},
          {"retrained", finite_or_null(canary->retrained)},
          {"gap", finite_or_null(std::abs(canary->remembered - canary->retrained))},
          {"measurable", canary->measurable}};
}

ordered_json timeline_json(const std::vector<TimelineEntry>& timeline) {
  ordered_json json = ordered_json::array();
  for (const TimelineEntry& entry : timeline)
    json.push_back({{"rank", entry.rank},
                    {"shard", entry.shard},
                    {"begin", entry.begin},
                    {"end", entry.end},
                    {"sample_gradients", entry.sample_gradients}});
  return json;
}

ordered_json settings_json(const std::vector<std::pair<std::string, std::string>>& settings) {
  ordered_json json = ordered_json::object();
  for (const auto& [name, value] : settings) json[name] = value;
  return json;
}

}  // namespace

ordered_json to_json(const ComparisonReport& report) {
  const ComparisonSummary summary = summary_of(report);
  ordered_json methods = ordered_json::array();
  for (const MethodSummary& method : summary.methods) methods.push_back(method_json(report, summary, method));
  return {{"format", "expunge-comparison"},
          {"format_version", kFormatVersion},
          {"run", report.run},
          {"requests", finite_or_null(report.requests)},
          {"replay", report.replay},
          {"test", report.test},
          {"batches", report.batches},
          {"samples_forgotten", report.samples_forgotten},
          {"samples_live", report.samples_live},
          {"affected_shards", report.affected_shards},
          {"ranks", report.ranks},
          {"repetitions", report.repetitions},
          {"seconds", report.seconds},
          {"verdict", verdict_of(report, summary)},
          {"reference", method_json(report, summary, summary.reference)},
          {"methods", std::move(methods)},
          {"floor", floors_json(report, summary)},
          {"canary", canary_json(report.canary)},
          {"timeline", timeline_json(report.timeline)},
          {"configuration", settings_json(report.configuration)},
          {"versions", settings_json(report.versions)}};
}

}  // namespace expunge
