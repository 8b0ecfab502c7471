// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/policy/policy.hpp"

#include <array>
#include <charconv>

#include <fmt/format.h>

#include "framework/config/nearest_name.hpp"
#include "framework/core/error.hpp"

namespace expunge {

namespace {

struct Unit {
  char letter;
  std::int64_t seconds;
};
constexpr std::array kUnits = {Unit{'d', 86'400}, Unit{'h', 3'600}, Unit{'m', 60}, Unit{'s', 1}};
// Ten thousand years: far beyond any clock that RFC 3339 can state, far below where sums of seconds overflow.
constexpr std::int64_t kLongestWindow = 3'652'500LL * 86'400;

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
  throw UsageError(fmt::format(
      "policy '{}': {}; policies are immediate, batch:N, window:T (90s, 15m, 24h, 7d), deadline and shards:K", text,
      why));
}

std::optional<std::int64_t> positive_integer(std::string_view text) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(text.data(), end, value);
  if (fault != std::errc() || stop != end || value < 1) return std::nullopt;
  return value;
}

std::optional<std::int64_t> window_seconds(std::string_view text) {
  for (const Unit& unit : kUnits) {
    if (text.empty() || text.back() != unit.letter) continue;
    const auto count = positive_integer(text.substr(0, text.size() - 1));
    if (count && *count <= kLongestWindow / unit.seconds) return *count * unit.seconds;
  }
  return std::nullopt;
}

// The longest unit that divides it, but 24h rather than 1d, as people say it.
std::string window_text(std::int64_t seconds) {
  for (const Unit& unit : kUnits)
    if (seconds % unit.seconds == 0 && seconds != (unit.letter == 'd' ? std::int64_t{86'400} : 0))
      return fmt::format("{}{}", seconds / unit.seconds, unit.letter);
  throw Bug("every number of seconds is whole in seconds");
}

}  // namespace

Policy Policy::parse(std::string_view text) {
  static const std::array<std::string, 5> kNames = {"immediate", "batch", "window", "deadline", "shards"};
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  const bool has_argument = colon != std::string_view::npos;
  const std::string_view argument = has_argument ? text.substr(colon + 1) : std::string_view();

  Policy policy;
  if (name == "immediate" || name == "deadline") {
    if (has_argument) refuse(text, fmt::format("{} takes nothing after it", name));
    policy.kind_ = name == "immediate" ? Kind::kImmediate : Kind::kDeadline;
  } else if (name == "batch" || name == "shards") {
    const auto count = positive_integer(argument);
    if (!count) refuse(text, fmt::format("{} needs a whole number of at least 1, such as {}:4", name, name));
    policy.kind_ = name == "batch" ? Kind::kBatch : Kind::kShards;
    policy.count_ = static_cast<std::uint64_t>(*count);
  } else if (name == "window") {
    const auto seconds = window_seconds(argument);
    if (!seconds) refuse(text, "window needs a whole number of at least 1 and a unit, such as window:24h");
    policy.kind_ = Kind::kWindow;
    policy.window_ = std::chrono::seconds(*seconds);
  } else {
    const std::string near = nearest_name(name, kNames);
    refuse(text, near.empty() ? "there is none of this name" : fmt::format("did you mean {}?", near));
  }
  return policy;
}

std::string Policy::text() const {
  switch (kind_) {
    case Kind::kImmediate:
      return "immediate";
    case Kind::kBatch:
      return fmt::format("batch:{}", count_);
    case Kind::kWindow:
      return "window:" + window_text(window_.count());
    case Kind::kDeadline:
      return "deadline";
    case Kind::kShards:
      return fmt::format("shards:{}", count_);
  }
  throw Bug("a policy of no kind");
}

}  // namespace expunge
