// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/text/guarantee_json.hpp"

#include <cstddef>
#include <initializer_list>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "framework/core/error.hpp"

namespace expunge {

namespace {

using Json = nlohmann::ordered_json;

Json number_or_null(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

/// Throws unless `json` is an object of these fields and no others.
void check_guarantee_fields(const Json& json, const std::string& place,
                            std::initializer_list<std::string_view> expected) {
  if (!json.is_object()) throw Failure(fmt::format("{}: expected an object, found {}", place, json.type_name()));
  for (const auto name : expected)
    if (!json.contains(name)) throw Failure(fmt::format("{}: the field '{}' is missing", place, name));
  if (json.size() != expected.size()) throw Failure(place + ": it has a field that does not belong there");
}

std::optional<double> number_of(const Json& json, const std::string& place, const char* name) {
  const Json& value = json.at(name);
  if (value.is_null()) return std::nullopt;
  if (!value.is_number())
    throw Failure(fmt::format("{}: the field '{}' is {}, expected a number or null", place, name, value.dump()));
  return value.get<double>();
}

Assumption assumption_of(const Json& json, const std::string& place) {
  check_guarantee_fields(json, place, {"name", "holds", "value", "limit"});
  if (!json.at("name").is_string() || !json.at("holds").is_boolean())
    throw Failure(place + ": expected a name and whether it holds");
  return {json.at("name").get<std::string>(), json.at("holds").get<bool>(), number_of(json, place, "value"),
          number_of(json, place, "limit")};
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

Guarantee guarantee_from_json(const Json& json, const std::string& place) {
  check_guarantee_fields(json, place,
                         {"kind", "epsilon", "delta", "sigma", "sensitivity", "assumptions", "budget_left"});
  const auto kind = json.at("kind").is_string() ? guarantee_kind(json.at("kind").get<std::string>()) : std::nullopt;
  if (!kind)
    throw Failure(fmt::format("{}: the field 'kind' is {}, expected 'none', 'heuristic', 'certified' or 'exact'", place,
                              json.at("kind").dump()));
  if (!json.at("assumptions").is_array()) throw Failure(place + ": the field 'assumptions' is no list");
  Guarantee guarantee{.kind = *kind,
                      .epsilon = number_of(json, place, "epsilon"),
                      .delta = number_of(json, place, "delta"),
                      .sigma = number_of(json, place, "sigma"),
                      .sensitivity = number_of(json, place, "sensitivity"),
                      .budget_left = number_of(json, place, "budget_left")};
  for (std::size_t i = 0; i < json.at("assumptions").size(); ++i)
    guarantee.assumptions.push_back(
        assumption_of(json.at("assumptions")[i], fmt::format("{}.assumptions[{}]", place, i)));
  if (const std::string wrong = guarantee.contradiction(); !wrong.empty())
    throw Failure(fmt::format("{}: {}", place, wrong));
  return guarantee;
}

}  // namespace expunge
