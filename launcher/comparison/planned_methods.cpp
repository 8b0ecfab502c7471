// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/comparison/planned_methods.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "aggregation/report/comparison_summary.hpp"
#include "framework/core/error.hpp"

namespace expunge {

namespace {

PlannedMethod plan_method(const std::string& text) {
  if (text == "retrain") return {text, PlannedMethod::Kind::kRetrain};
  if (text == "retrain-single") return {text, PlannedMethod::Kind::kRetrainSingle};
  PlannedMethod planned{text};
  try {
    planned.method = parse_unlearning_method(text);
  } catch (const UsageError& error) {
    throw UsageError(fmt::format("--methods: {}", error.what()));
  }
  if (!planned.method.entry->takes_requests)
    throw UsageError("--methods: heal forgets no samples, it retrains what is served approximately: compare others");
  return planned;
}

}  // namespace

std::vector<PlannedMethod> plan_methods(std::span<const std::string> texts) {
  if (texts.empty())
    throw UsageError("--methods is missing: what to compare: retrain, retrain-single; " + method_help());
  std::vector<PlannedMethod> methods;
  for (const auto& text : texts) {
    if (std::ranges::find(methods, text, &PlannedMethod::name) != methods.end())
      throw UsageError(fmt::format("--methods: {} is asked for twice: once is enough", text));
    methods.push_back(plan_method(text));
  }
  if (std::ranges::find(methods, kDoingNothing, &PlannedMethod::name) == methods.end())
    methods.insert(methods.begin(), plan_method(std::string(kDoingNothing)));
  return methods;
}

void require_slicing(std::span<const PlannedMethod> methods, const TrainingConfiguration& configuration) {
  for (const auto& planned : methods)
    if (const auto unmet = unmet_need(planned.method, configuration); !unmet.empty())
      throw UsageError(
          fmt::format("--methods: {} {}: leave it out, or train with --slicing sequential", planned.name, unmet));
}

}  // namespace expunge
