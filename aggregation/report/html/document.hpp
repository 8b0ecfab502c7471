// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace expunge::html {

using Json = nlohmann::ordered_json;

/// What a document has at a path of keys; null where it has nothing there. Never throws.
[[nodiscard]] const Json& node_at(const Json& json, std::initializer_list<std::string_view> path);
/// The finite number there.
[[nodiscard]] std::optional<double> number_at(const Json& json, std::initializer_list<std::string_view> path);
/// The text there; empty where there is none.
[[nodiscard]] std::string text_at(const Json& json, std::initializer_list<std::string_view> path);
/// A value as a person reads it: text as it is, numbers and booleans as JSON has them, lists with commas between,
/// nothing for null.
[[nodiscard]] std::string words_of(const Json& json);

/// A method of the document, as charts and tables name it.
struct MethodView {
  const Json* json = nullptr;
  std::size_t number = 0;      ///< from 1, in the order of the document: the same in the table and in every chart
  std::string name;            ///< as it was asked for
  std::string guarantee;       ///< as a CSS class and a shape: "exact", "certified", "heuristic", "none"
  std::optional<double> cost;  ///< sample-gradients
  /// What charts write at it: the number, and as much of the name as `characters` leave room for.
  [[nodiscard]] std::string label(std::size_t characters) const;
};

/// The document's methods. The reference is none of them unless it was asked for.
[[nodiscard]] std::vector<MethodView> methods_of(const Json& document);

}  // namespace expunge::html
