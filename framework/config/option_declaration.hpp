// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace expunge {

/// One option as it was declared: the inner side of OptionTable::Option, shared by the files that read, check and
/// describe options.
struct OptionDeclaration {
  enum class Kind : std::uint8_t { kText, kInteger, kReal, kChoice, kTexts, kFlag };

  Kind kind = Kind::kText;
  std::string name;
  /// Takes the words that `problem` found nothing wrong with.
  std::function<void(const std::vector<std::string>&)> fill;
  std::string default_text{};  ///< empty: there is none
  std::vector<std::string> choices{};
  bool positional = false;
  bool required = false;
  bool command_line_only = false;
  std::string heading{};
  std::string help{};
  std::string placeholder{};
  std::optional<std::pair<std::int64_t, std::int64_t>> whole_range{};
  std::optional<std::pair<double, double>> real_range{};
  std::function<std::string(const std::string&)> check{};

  /// `--name`, or what a positional word is called.
  [[nodiscard]] std::string shown_name() const;
  /// "DIR", "N"; empty for a flag.
  [[nodiscard]] std::string value_name() const;
  /// "from 1 to 8", "at least 1", "one of cumulative, sequential"; empty where any value is allowed.
  [[nodiscard]] std::string allowed() const;
  /// What is wrong with the words given, as it follows the option's name (" must be from 1 to 8"); empty if nothing.
  [[nodiscard]] std::string problem(const std::vector<std::string>& words) const;
};

/// The whole of `text` as a signed integer. Nothing where it is none; `out_of_range` is then true where only its size
/// is wrong.
struct WholeNumber {
  std::optional<std::int64_t> value;
  bool out_of_range = false;
};
[[nodiscard]] WholeNumber whole_number(std::string_view text);

/// The whole of `text` as a finite number.
[[nodiscard]] std::optional<double> finite_number(std::string_view text);

/// `true`, `false`, `1` or `0`.
[[nodiscard]] std::optional<bool> truth_value(std::string_view text);

}  // namespace expunge
