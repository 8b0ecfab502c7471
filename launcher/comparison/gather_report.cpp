// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/comparison/gather_report.hpp"

#include <algorithm>
#include <cmath>

#include "aggregation/report/comparison_summary.hpp"
#include "framework/config/spec.hpp"
#include "framework/core/build_info.hpp"
#include "framework/data/canary.hpp"
#include "launcher/comparison/relate.hpp"
#include "launcher/coordinator/pending_work.hpp"

namespace expunge {

namespace {

void add_new(std::vector<std::string>& texts, const std::vector<std::string>& more) {
  for (const auto& text : more)
    if (std::ranges::find(texts, text) == texts.end()) texts.push_back(text);
}

/// `of` picks the method out of a repetition.
template <class Pick>
MethodReport gather_method(const std::string& name, std::span<const RepetitionResult> results, Pick of) {
  MethodReport report;
  report.name = name;
  report.guarantee = "exact";
  for (const auto& result : results) {
    const MethodOutcome& outcome = of(result);
    report.guarantee = weaker(report.guarantee, outcome.course.guarantee);
    add_new(report.checked, outcome.course.checked);
    add_new(report.fallbacks, outcome.course.fallbacks);
    report.repetitions.push_back(outcome.measured);
    if (report.warning.empty()) report.warning = outcome.warning;
  }
  return report;
}

double mean_canary(const MethodReport& method) {
  double sum = 0;
  for (const auto& repetition : method.repetitions)
    if (repetition.canary) sum += repetition.canary->value;
  return sum / static_cast<double>(method.repetitions.size());
}

CanaryReport canary_report(const std::string& spec, const CanaryPlace& place, const MethodReport& identity,
                           const MethodReport& reference) {
  const Canary canary = Canary::parse(Spec::parse(spec, "canary"));
  const bool is_backdoor = canary.kind == Canary::Kind::kBackdoor;
  CanaryReport report;
  report.spec = spec;
  report.kind = is_backdoor ? "backdoor" : "label-flip";
  report.measure = is_backdoor
                       ? "test samples of other classes that are taken for the target class once they are patched"
                       : "accuracy on the test samples of the classes that were flipped";
  report.samples = place.samples;
  report.shard = place.shard;
  report.slice = place.slice;
  report.remembered = mean_canary(identity);
  report.retrained = mean_canary(reference);
  report.measurable = gap_closed(report.remembered, report.remembered, report.retrained).has_value();
  return report;
}

}  // namespace

ComparisonReport gather_report(const ComparedRun& compared, std::span<const PlannedMethod> methods,
                               std::span<const RepetitionResult> results) {
  const RepetitionResult& first = results.front();
  ComparisonReport report;
  report.run = compared.run;
  report.requests = compared.requests;
  report.replay = compared.options.as_sequence ? "sequence" : "batch";
  report.test = compared.test;
  report.batches = first.batches;
  report.samples_forgotten = first.samples_forgotten;
  report.samples_live = first.samples_live;
  report.affected_shards = first.affected;
  report.ranks = compared.ranks;
  report.repetitions = static_cast<std::uint32_t>(results.size());
  report.seconds = compared.seconds;
  report.reference = gather_method(
      "retrain", results, [](const auto& result) -> auto& { return result.reference; });
  report.timeline = first.reference.course.timeline;
  std::size_t identity = 0;
  for (std::size_t m = 0; m < methods.size(); ++m) {
    report.methods.push_back(gather_method(
        methods[m].name, results, [m](const auto& result) -> auto& { return result.methods.at(m); }));
    if (methods[m].is_exact()) report.timeline = first.methods[m].course.timeline;
    if (methods[m].name == kDoingNothing) identity = m;
  }
  for (const auto& result : results)
    report.floors.insert(report.floors.end(), result.floors.begin(), result.floors.end());
  if (first.canary)
    report.canary = canary_report(compared.options.canary, *first.canary, report.methods[identity], report.reference);
  report.configuration = compared.manifest.configuration.settings();
  report.versions.emplace_back("expunge", build_info().version);
  for (const auto& [name, value] : compared.numerics) report.versions.emplace_back(name, value);
  return report;
}

}  // namespace expunge
