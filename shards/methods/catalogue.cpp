// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/methods/catalogue.hpp"

#include <array>
#include <vector>

#include <fmt/format.h>

#include "framework/config/nearest_name.hpp"
#include "framework/core/error.hpp"

namespace expunge {

extern const MethodEntry kIdentityMethod;
extern const MethodEntry kFinetuneMethod;
extern const MethodEntry kNegGradMethod;
extern const MethodEntry kNegGradPlusMethod;
extern const MethodEntry kRandomLabelMethod;
extern const MethodEntry kCfKMethod;
extern const MethodEntry kEuKMethod;

namespace {

constexpr std::array kMethods{&kIdentityMethod,    &kFinetuneMethod, &kNegGradMethod, &kNegGradPlusMethod,
                              &kRandomLabelMethod, &kCfKMethod,      &kEuKMethod};
constexpr std::string_view kBudget = "budget";

[[noreturn]] void refuse_name(const Spec& spec) {
  std::vector<std::string> names{"exact", "deepobliviate"};
  for (const auto* method : kMethods) names.emplace_back(method->name);
  const std::string nearest = nearest_name(spec.name(), names);
  throw UsageError(fmt::format("unknown method '{}'{}; known: {}", spec.name(),
                               nearest.empty() ? "" : fmt::format(" (did you mean '{}'?)", nearest),
                               fmt::join(names, ", ")));
}

}  // namespace

std::span<const MethodEntry* const> method_catalogue() {
  return kMethods;
}

std::unique_ptr<Method> make_method(const Spec& spec) {
  for (const auto* method : kMethods) {
    if (spec.name() != method->name) continue;
    (void)budget_of(spec);
    return method->make(without_budget(spec));
  }
  refuse_name(spec);
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

std::string method_help() {
  std::string text = "exact; deepobliviate[:epsilon=0.1,normalise=relative|none|per-param,least-points=5]";
  for (const auto* method : kMethods)
    text += fmt::format("; {}[:{}{}budget=F]", method->name, method->arguments, method->arguments.empty() ? "" : ",");
  return text;
}

}  // namespace expunge
