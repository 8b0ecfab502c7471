// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/config/spec.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "framework/config/nearest_name.hpp"
#include "framework/core/error.hpp"

namespace expunge {

namespace {

bool is_key(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_' || c == '-'; });
}

/// Every message begins alike: which kind of spec, and its whole text.
[[noreturn]] void refuse(const Spec& spec, const std::string& problem) {
  throw UsageError(fmt::format("{} '{}': {}", spec.kind(), spec.text(), problem));
}

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::int64_t integer_within(const Spec& spec, std::string_view what, std::string_view text, std::int64_t least,
                            std::int64_t most) {
  const auto number = number_of<std::int64_t>(text);
  if (!number || *number < least || *number > most)
    refuse(spec, fmt::format("{} must be an integer from {} to {}, not '{}'", what, least, most, text));
  return *number;
}

/// " (did you mean 'x'?)" where a known key is near enough to be what was meant, else nothing.
std::string nearest_hint(std::string_view key, std::initializer_list<std::string_view> keys) {
  const std::string nearest = nearest_name(key, std::vector<std::string>(keys.begin(), keys.end()));
  return nearest.empty() ? "" : fmt::format(" (did you mean '{}'?)", nearest);
}

}  // namespace

Spec Spec::parse(std::string_view text, std::string_view kind) {
  Spec spec;
  spec.kind_ = kind;
  spec.text_ = text;
  const std::size_t colon = text.find(':');
  spec.name_ = text.substr(0, colon);
  if (spec.name_.empty()) refuse(spec, "it has no name; write name[:argument,argument,...]");
  if (colon == std::string_view::npos) return spec;

  std::string_view rest = text.substr(colon + 1);
  for (std::size_t position = 1;; ++position) {
    const std::size_t comma = rest.find(',');
    const std::string_view argument = rest.substr(0, comma);
    if (argument.empty()) refuse(spec, fmt::format("argument {} is empty", position));
    const std::size_t equals = argument.find('=');
    const std::string_view key = argument.substr(0, equals);
    if (equals == 0) refuse(spec, fmt::format("argument {} ('{}') has no key before its '='", position, argument));
    if (equals == std::string_view::npos || !is_key(key)) {
      spec.values_.emplace_back(argument);
    } else {
      if (equals + 1 == argument.size()) refuse(spec, fmt::format("'{}' is given no value", key));
      if (spec.find(key)) refuse(spec, fmt::format("'{}' is given twice", key));
      spec.options_.emplace_back(key, argument.substr(equals + 1));
    }
    if (comma == std::string_view::npos) return spec;
    rest.remove_prefix(comma + 1);
  }
}

std::optional<std::string> Spec::find(std::string_view key) const {
  for (const auto& [known, value] : options_)
    if (known == key) return value;
  return std::nullopt;
}

std::string Spec::text_or(std::string_view key, std::string_view otherwise) const {
  return find(key).value_or(std::string(otherwise));
}

std::string Spec::choice_or(std::string_view key, std::string_view otherwise,
                            std::initializer_list<std::string_view> choices) const {
  const auto given = find(key);
  if (!given) return std::string(otherwise);
  if (std::find(choices.begin(), choices.end(), *given) == choices.end())
    refuse(*this, fmt::format("{} must be one of {}, not '{}'", key, fmt::join(choices, ", "), *given));
  return *given;
}

std::int64_t Spec::integer_or(std::string_view key, std::int64_t otherwise, std::int64_t least,
                              std::int64_t most) const {
  const auto given = find(key);
  return given ? integer_within(*this, key, *given, least, most) : otherwise;
}

double Spec::real_or(std::string_view key, double otherwise, double least, double most) const {
  const auto given = find(key);
  if (!given) return otherwise;
  const auto number = number_of<double>(*given);
  if (!number || !std::isfinite(*number) || *number < least || *number > most)
    refuse(*this, fmt::format("{} must be a number from {} to {}, not '{}'", key, least, most, *given));
  return *number;
}

std::vector<std::int64_t> Spec::integers_or(std::string_view key, std::vector<std::int64_t> otherwise,
                                            std::int64_t least, std::int64_t most) const {
  const auto given = find(key);
  if (!given) return otherwise;
  std::vector<std::int64_t> numbers;
  std::string_view rest = *given;
  while (true) {
    const std::size_t cross = rest.find('x');
    const auto number = number_of<std::int64_t>(rest.substr(0, cross));
    if (!number || *number < least || *number > most)
      refuse(*this, fmt::format("{} must be integers from {} to {} separated by 'x' (128x64), not '{}'", key, least,
                                most, *given));
    numbers.push_back(*number);
    if (cross == std::string_view::npos) return numbers;
    rest.remove_prefix(cross + 1);
  }
}

std::int64_t Spec::value_as_integer(std::size_t index, std::string_view what, std::int64_t least,
                                    std::int64_t most) const {
  if (index >= values_.size()) refuse(*this, fmt::format("{} is missing", what));
  return integer_within(*this, what, values_[index], least, most);
}

void Spec::expect(std::size_t values, std::string_view what, std::initializer_list<std::string_view> keys) const {
  for (const auto& [key, value] : options_) {
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
    if (keys.size() == 0) refuse(*this, fmt::format("unknown option '{}'; {} takes none", key, name_));
    refuse(*this, fmt::format("unknown option '{}'{}; {} takes {}", key, nearest_hint(key, keys), name_,
                              fmt::join(keys, ", ")));
  }
  if (values_.size() == values) return;
  if (values == 0) refuse(*this, fmt::format("'{}' is not a key=value, and {} takes nothing else", values_[0], name_));
  refuse(*this, fmt::format("{} takes {} ({}) before its options, and {} given{}", name_,
                            values == 1 ? "one value" : fmt::format("{} values", values), what,
                            values_.size() == 1 ? "1 is" : fmt::format("{} are", values_.size()),
                            values_.size() > values ? "; a ',' ends a value, so no path here can hold one" : ""));
}

}  // namespace expunge
