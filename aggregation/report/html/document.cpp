// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "aggregation/report/html/document.hpp"

#include <array>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "aggregation/report/html/markup.hpp"

namespace expunge::html {

const Json& node_at(const Json& json, std::initializer_list<std::string_view> path) {
  static const Json kNothing;
  const Json* node = &json;
  for (const std::string_view key : path) {
    if (!node->is_object()) return kNothing;
    const auto found = node->find(std::string(key));
    if (found == node->end()) return kNothing;
    node = &*found;
  }
  return *node;
}

std::optional<double> number_at(const Json& json, std::initializer_list<std::string_view> path) {
  const Json& node = node_at(json, path);
  if (!node.is_number()) return std::nullopt;
  const double value = node.get<double>();
  return std::isfinite(value) ? std::optional<double>(value) : std::nullopt;
}

std::string text_at(const Json& json, std::initializer_list<std::string_view> path) {
  const Json& node = node_at(json, path);
  return node.is_string() ? node.get<std::string>() : std::string();
}

std::string words_of(const Json& json) {
  if (json.is_null()) return {};
  if (json.is_string()) return json.get<std::string>();
  if (!json.is_array()) return json.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string words;
  for (const Json& item : json) {
    if (!words.empty()) words += ", ";
    words += words_of(item);
  }
  return words;
}

std::string MethodView::label(std::size_t characters) const {
  const std::string own = fmt::to_string(number);
  return characters < own.size() + 4 ? own : fmt::format("{} {}", own, shortened(name, characters - own.size() - 1));
}

std::vector<MethodView> methods_of(const Json& document) {
  constexpr std::array<std::string_view, 4> kGuarantees = {"exact", "certified", "heuristic", "none"};
  std::vector<MethodView> methods;
  const Json& list = node_at(document, {"methods"});
  if (!list.is_array()) return methods;
  for (const Json& json : list) {
    MethodView& method = methods.emplace_back();
    method.json = &json;
    method.number = methods.size();
    method.name = text_at(json, {"name"});
    method.guarantee = "none";
    for (const std::string_view guarantee : kGuarantees)
      if (text_at(json, {"guarantee"}) == guarantee) method.guarantee = guarantee;
    method.cost = number_at(json, {"sample_gradients"});
  }
  return methods;
}

}  // namespace expunge::html
