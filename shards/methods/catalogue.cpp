// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/methods/catalogue.hpp"

#include <array>
#include <cstddef>
#include <vector>

#include <fmt/format.h>

#include "framework/config/nearest_name.hpp"
#include "framework/config/registry.hpp"
#include "framework/core/error.hpp"
#include "shards/train/training_configuration.hpp"

namespace expunge {

extern const MethodEntry kExactMethod;
extern const MethodEntry kHealMethod;
extern const MethodEntry kDeepObliviateMethod;
extern const MethodEntry kIdentityMethod;
extern const MethodEntry kFinetuneMethod;
extern const MethodEntry kNegGradMethod;
extern const MethodEntry kNegGradPlusMethod;
extern const MethodEntry kRandomLabelMethod;
extern const MethodEntry kCfKMethod;
extern const MethodEntry kEuKMethod;

namespace {

constexpr std::string_view kBudget = "budget";

Registry<MethodEntry>& methods() {
  static Registry<MethodEntry> registry(
      "method", {&kExactMethod, &kHealMethod, &kDeepObliviateMethod, &kIdentityMethod, &kFinetuneMethod,
                 &kNegGradMethod, &kNegGradPlusMethod, &kRandomLabelMethod, &kCfKMethod, &kEuKMethod});
  return registry;
}

[[noreturn]] void refuse_method_name(const Spec& spec) {
  std::vector<std::string> names;
  for (const auto* method : methods().rows())
    if (method->takes_requests) names.emplace_back(method->name);
  const std::string nearest = nearest_name(spec.name(), names);
  throw UsageError(fmt::format("unknown method '{}'{}; known: {}", spec.name(),
                               nearest.empty() ? "" : fmt::format(" (did you mean '{}'?)", nearest),
                               fmt::join(names, ", ")));
}

const MethodEntry& entry_of(const Spec& spec) {
  const MethodEntry* const entry = methods().find(spec.name());
  if (entry == nullptr) refuse_method_name(spec);
  return *entry;
}

template <class Enum, std::size_t N>
std::string_view name_among(const std::array<std::string_view, N>& names, Enum value) {
  return names.at(static_cast<std::size_t>(value));
}

}  // namespace

std::span<const MethodNeed> method_needs() {
  static constexpr std::array<MethodNeed, 8> kNeeds{
      {{"checkpoints", "checkpoints", &MethodNeeds::checkpoints},
       {"older_stages", "older stages", &MethodNeeds::older_stages},
       {"sequential_slicing", "sequential slicing", &MethodNeeds::sequential_slicing},
       {"recordings", "recordings", &MethodNeeds::recordings},
       {"optimum", "an optimum", &MethodNeeds::optimum},
       {"convexity", "convexity", &MethodNeeds::convexity},
       {"forget_set", "the forget set", &MethodNeeds::forget_set},
       {"retain_set", "the retain set", &MethodNeeds::retain_set}}};
  return kNeeds;
}

std::string_view name_of(AppliesTo applies_to) {
  return name_among(std::array<std::string_view, 2>{"convex models", "any model"}, applies_to);
}

std::string_view name_of(DefinedBy defined_by) {
  return name_among(std::array<std::string_view, 3>{"nothing", "outputs", "weights"}, defined_by);
}

std::string_view name_of(Updates updates) {
  return name_among(std::array<std::string_view, 2>{"strong", "weak"}, updates);
}

std::string_view name_of(CostBound bound) {
  return name_among(std::array<std::string_view, 3>{"exact", "at most", "at least"}, bound);
}

std::span<const MethodEntry* const> method_catalogue() {
  return methods().rows();
}

void register_method(const MethodEntry& entry) {
  if ((entry.make == nullptr) == (entry.stages == nullptr))
    throw Bug(fmt::format("the method '{}' works on a bench or retrains stages, one of the two", entry.name));
  methods().add(entry);
}

const MethodEntry* find_method(std::string_view spec) {
  return methods().find(Spec::parse(std::string(spec), "method").name());
}

std::unique_ptr<Method> make_method(const Spec& spec) {
  const MethodEntry& entry = entry_of(spec);
  if (entry.make == nullptr) throw UsageError(fmt::format("the method '{}' works on no bench", entry.name));
  (void)budget_of(spec);
  auto method = entry.make(without_budget(spec));
  method->needs_ = entry.needs;
  return method;
}

std::optional<double> budget_of(const Spec& spec) {
  if (!spec.find(kBudget)) return std::nullopt;
  return spec.real_or(kBudget, 1, 1e-9, 1e9);
}

Spec without_budget(const Spec& spec) {
  std::vector<std::string> arguments = spec.values();
  for (const auto& [key, value] : spec.options())
    if (key != kBudget) arguments.push_back(fmt::format("{}={}", key, value));
  const std::string text =
      arguments.empty() ? spec.name() : fmt::format("{}:{}", spec.name(), fmt::join(arguments, ","));
  return Spec::parse(text, spec.kind());
}

UnlearningMethod parse_unlearning_method(const std::string& text) {
  const Spec spec = Spec::parse(text, "method");
  const MethodEntry& entry = entry_of(spec);
  if (entry.stages != nullptr)
    entry.stages->check(spec);
  else
    (void)make_method(spec);
  return {&entry, text};
}

std::string unmet_need(const UnlearningMethod& method, const TrainingConfiguration& configuration) {
  if (method.needs().sequential_slicing && configuration.slicing != Slicing::kSequential)
    return "needs a run with sequential slicing, and this one is cumulative";
  return {};
}

std::string method_help() {
  std::vector<std::string> texts;
  for (const auto* method : methods().rows()) {
    if (!method->takes_requests) continue;
    std::string arguments(method->arguments);
    if (method->make != nullptr) arguments += arguments.empty() ? "budget=F" : ",budget=F";
    texts.push_back(arguments.empty() ? std::string(method->name) : fmt::format("{}[:{}]", method->name, arguments));
  }
  return fmt::format("{}", fmt::join(texts, "; "));
}

}  // namespace expunge
