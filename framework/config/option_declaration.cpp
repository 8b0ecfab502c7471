// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/config/option_declaration.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "framework/core/error.hpp"

namespace expunge {

namespace {

/// A bound is told as exclusive where its neighbour is the rounder number: 5e-324 is "more than 0".
std::optional<double> rounder_neighbour(double bound, double towards) {
  constexpr std::size_t kClearlyShorter = 4;
  const double neighbour = std::nextafter(bound, towards);
  if (fmt::format("{}", neighbour).size() + kClearlyShorter < fmt::format("{}", bound).size()) return neighbour;
  return std::nullopt;
}

std::string real_bounds(double least, double most) {
  constexpr double kLargest = std::numeric_limits<double>::max();
  const bool below = least > -kLargest;
  const bool above = most < kLargest;
  const auto outer_least = below ? rounder_neighbour(least, -kLargest) : std::nullopt;
  const auto outer_most = above ? rounder_neighbour(most, kLargest) : std::nullopt;
  if (below && above && !outer_least && !outer_most) return fmt::format("from {} to {}", least, most);
  std::string text;
  if (below) text = outer_least ? fmt::format("more than {}", *outer_least) : fmt::format("at least {}", least);
  if (below && above) text += " and ";
  if (above) text += outer_most ? fmt::format("less than {}", *outer_most) : fmt::format("at most {}", most);
  return text;
}

std::string whole_bounds(std::int64_t least, std::int64_t most) {
  using Limits = std::numeric_limits<std::int64_t>;
  if (least > Limits::min() && most < Limits::max()) return fmt::format("from {} to {}", least, most);
  if (least > Limits::min()) return fmt::format("at least {}", least);
  if (most < Limits::max()) return fmt::format("at most {}", most);
  return {};
}

/// " must be a whole number", and the range where there is one.
std::string must_be(std::string_view what, const std::string& allowed) {
  return allowed.empty() ? fmt::format(" must be {}", what) : fmt::format(" must be {} {}", what, allowed);
}

std::string integer_problem(const OptionDeclaration& option, const std::string& word) {
  const auto allowed = option.allowed();
  const auto parsed = whole_number(word);
  if (!parsed.value && parsed.out_of_range) {
    return allowed.empty() ? " must be a whole number of at most 64 bits" : " must be " + allowed;
  }
  if (!parsed.value) return must_be("a whole number", allowed);
  if (!option.whole_range) return {};
  const auto [least, most] = *option.whole_range;
  return *parsed.value < least || *parsed.value > most ? " must be " + allowed : std::string();
}

std::string real_problem(const OptionDeclaration& option, const std::string& word) {
  const auto allowed = option.allowed();
  const auto parsed = finite_number(word);
  if (!parsed) return must_be("a number", allowed);
  if (!option.real_range) return {};
  const auto [least, most] = *option.real_range;
  return *parsed < least || *parsed > most ? " must be " + allowed : std::string();
}

/// A check may as well throw the error that a parser of the value throws.
std::string checked(const OptionDeclaration& option, const std::string& word) {
  if (!option.check) return {};
  std::string wrong;
  try {
    wrong = option.check(word);
  } catch (const Error& error) {
    wrong = error.what();
  }
  return wrong.empty() ? wrong : ": " + wrong;
}

std::string word_problem(const OptionDeclaration& option, const std::string& word) {
  using Kind = OptionDeclaration::Kind;
  if (word.empty()) return fmt::format(" needs a value ({})", option.value_name());
  switch (option.kind) {
    case Kind::kInteger:
      if (auto wrong = integer_problem(option, word); !wrong.empty()) return wrong;
      break;
    case Kind::kReal:
      if (auto wrong = real_problem(option, word); !wrong.empty()) return wrong;
      break;
    case Kind::kChoice:
      if (std::ranges::find(option.choices, word) == option.choices.end()) return " must be " + option.allowed();
      break;
    case Kind::kFlag:
      if (!truth_value(word)) return " must be true, false, 1 or 0";
      break;
    case Kind::kText:
    case Kind::kTexts:
      break;
  }
  return checked(option, word);
}

}  // namespace

WholeNumber whole_number(std::string_view text) {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (stop != end || error == std::errc::invalid_argument) return {};
  if (error == std::errc::result_out_of_range) return {std::nullopt, true};
  return {value, false};
}

std::optional<double> finite_number(std::string_view text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (stop != end || error != std::errc() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<bool> truth_value(std::string_view text) {
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  return std::nullopt;
}

std::string OptionDeclaration::shown_name() const {
  return positional ? value_name() : "--" + name;
}

std::string OptionDeclaration::value_name() const {
  if (!placeholder.empty()) return placeholder;
  switch (kind) {
    case Kind::kInteger:
      return "N";
    case Kind::kReal:
      return "X";
    case Kind::kChoice:
      return "CHOICE";
    case Kind::kFlag:
      return {};
    case Kind::kText:
    case Kind::kTexts:
      break;
  }
  std::string upper = name;
  std::ranges::transform(upper, upper.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return upper;
}

std::string OptionDeclaration::allowed() const {
  if (!choices.empty()) return fmt::format("one of {}", fmt::join(choices, ", "));
  if (kind == Kind::kInteger && whole_range) return whole_bounds(whole_range->first, whole_range->second);
  if (kind == Kind::kReal && real_range) return real_bounds(real_range->first, real_range->second);
  return {};
}

std::string OptionDeclaration::problem(const std::vector<std::string>& words) const {
  for (const auto& word : words) {
    auto wrong = word_problem(*this, word);
    if (wrong.empty()) continue;
    const bool is_told = word.empty() || wrong.find('\'' + word + '\'') != std::string::npos;
    return is_told ? wrong : fmt::format("{}: {} was given", wrong, word);
  }
  return {};
}

}  // namespace expunge
