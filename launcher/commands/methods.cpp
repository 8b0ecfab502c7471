// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "framework/config/option_table.hpp"
#include "launcher/commands/commands.hpp"
#include "launcher/process/standard_output.hpp"
#include "shards/methods/catalogue.hpp"

namespace expunge {

namespace {

std::vector<const MethodEntry*> offered_methods() {
  std::vector<const MethodEntry*> methods;
  for (const auto* method : method_catalogue())
    if (method->takes_requests) methods.push_back(method);
  return methods;
}

std::string_view strongest_guarantee(const MethodEntry& method) {
  return Guarantee{.kind = method.guarantee}.name();
}

std::string needs_text(const MethodNeeds& needs) {
  std::vector<std::string_view> words;
  for (const auto& need : method_needs())
    if (needs.*need.field) words.push_back(need.words);
  return words.empty() ? "nothing" : fmt::format("{}", fmt::join(words, ", "));
}

std::string methods_text() {
  // Words to the left of the last column, which has the most of them.
  std::string text = fmt::format("{:<14} {:<10} {:<10} {:<8} {:<8} {:<10} {}\n", "method", "guarantee", "applies to",
                                 "defined", "updates", "cost plan", "needs");
  for (const auto* method : offered_methods())
    text += fmt::format("{:<14} {:<10} {:<10} {:<8} {:<8} {:<10} {}\n", method->name, strongest_guarantee(*method),
                        name_of(method->applies_to), name_of(method->defined_by), name_of(method->updates),
                        name_of(method->bound), needs_text(method->needs));
  text +=
      "\nguarantee: the strongest that it can give; a run's own is in its records and certificates. defined: what the "
      "method's "
      "own definition\nof forgetting speaks of. updates: strong, the cost of the i-th deletion grows at most as log i; "
      "weak, "
      "polynomially. cost plan: how\n--dry-run's cost is to be read.\n\n";
  for (const auto* method : offered_methods()) {
    text += fmt::format("{:<14} {}\n", method->name, method->summary);
    if (!method->arguments.empty()) text += fmt::format("{:<14} {}:{}\n", "", method->name, method->arguments);
  }
  return text;
}

nlohmann::ordered_json methods_json() {
  nlohmann::ordered_json methods = nlohmann::ordered_json::array();
  for (const auto* method : offered_methods()) {
    nlohmann::ordered_json needs = nlohmann::ordered_json::object();
    for (const auto& need : method_needs()) needs[std::string(need.key)] = method->needs.*need.field;
    methods.push_back({{"name", method->name},
                       {"arguments", method->arguments},
                       {"summary", method->summary},
                       {"guarantee", strongest_guarantee(*method)},
                       {"applies_to", name_of(method->applies_to)},
                       {"defined_by", name_of(method->defined_by)},
                       {"updates", name_of(method->updates)},
                       {"bound", name_of(method->bound)},
                       {"takes_budget", method->make != nullptr},
                       {"needs", std::move(needs)}});
  }
  return {{"methods", std::move(methods)}};
}

}  // namespace

Exit run_methods(std::span<const std::string> arguments) {
  OptionTable table("methods", "how samples can be forgotten: what each method needs, applies to and promises");
  if (table.parse(arguments) == OptionTable::Outcome::kPrinted)
    fmt::print("{}", table.printed());
  else
    fmt::print("{}", table.json() ? document_text(methods_json()) : methods_text());
  return Exit::kDone;
}

}  // namespace expunge
