// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/text/guarantee_json.hpp"

#include <cstdint>

#include <nlohmann/json.hpp>

namespace expunge {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kGuaranteeVersion = 1;

Json number_or_null(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

std::optional<double> read_number(const JsonField& field) {
  if (!field.is_null() && !field.json().is_number()) throw field.wrong("a number or null");
  return field.optional([](const JsonField& number) { return number.real(); });
}

Assumption read_assumption(const JsonField& field) {
  JsonObject object(field);
  Assumption assumption;
  assumption.name = object.at("name").text();
  assumption.holds = object.at("holds").truth();
  assumption.value = read_number(object.at("value"));
  assumption.limit = read_number(object.at("limit"));
  object.finish(kGuaranteeVersion);
  return assumption;
}

}  // namespace

Json guarantee_json(const Guarantee& guarantee) {
  Json assumptions = Json::array();
  for (const auto& one : guarantee.assumptions)
    assumptions.push_back({{"name", one.name},
                           {"holds", one.holds},
                           {"value", number_or_null(one.value)},
                           {"limit", number_or_null(one.limit)}});
  return {{"kind", guarantee.name()},
          {"epsilon", number_or_null(guarantee.epsilon)},
          {"delta", number_or_null(guarantee.delta)},
          {"sigma", number_or_null(guarantee.sigma)},
          {"sensitivity", number_or_null(guarantee.sensitivity)},
          {"assumptions", std::move(assumptions)},
          {"budget_left", number_or_null(guarantee.budget_left)}};
}

Guarantee read_guarantee(const JsonField& field) {
  JsonObject object(field);
  const JsonField name = object.at("kind");
  const auto kind = name.json().is_string() ? guarantee_kind(name.text()) : std::nullopt;
  if (!kind) throw name.wrong("'none', 'heuristic', 'certified' or 'exact'");
  Guarantee guarantee{.kind = *kind,
                      .epsilon = read_number(object.at("epsilon")),
                      .delta = read_number(object.at("delta")),
                      .sigma = read_number(object.at("sigma")),
                      .sensitivity = read_number(object.at("sensitivity")),
                      .assumptions = object.at("assumptions").list(read_assumption),
                      .budget_left = read_number(object.at("budget_left"))};
  object.finish(kGuaranteeVersion);
  if (const std::string wrong = guarantee.contradiction(); !wrong.empty())
    throw field.wrong("one that does not contradict itself: " + wrong);
  return guarantee;
}

Guarantee guarantee_from_json(const Json& json, const std::string& place) {
  return read_guarantee(JsonField(json, place));
}

}  // namespace expunge
