// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/log/progress_text.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace expunge::log {

namespace {

std::uint64_t own_part(const ProgressState& state) {
  return state.done - std::min(state.skipped, state.done);
}

/// Items a second over this process's part; 0 where there is nothing to tell it from.
double rate(const ProgressState& state) {
  return state.seconds > 0 ? static_cast<double>(own_part(state)) / state.seconds : 0;
}

std::string rate_text(const ProgressState& state) {
  constexpr double kWithoutDecimals = 10;
  const double items = rate(state);
  return items < kWithoutDecimals ? fmt::format("{:.2f} {}/s", items, state.unit)
                                  : fmt::format("{:.0f} {}/s", items, state.unit);
}

/// Rounded down: 100 % is said of finished work alone.
std::uint64_t percent(const ProgressState& state) {
  return static_cast<std::uint64_t>(100.0 * static_cast<double>(std::min(state.done, state.total)) /
                                    static_cast<double>(state.total));
}

std::string speed_and_rest(const ProgressState& state) {
  std::string text = rate_text(state);
  if (state.total > state.done && own_part(state) > 0) {
    text += fmt::format(", {} left", duration_text(static_cast<double>(state.total - state.done) / rate(state)));
  }
  if (!state.detail.empty()) text += "; " + state.detail;
  return text;
}

}  // namespace

std::string progress_line(const ProgressState& state) {
  const std::string amount =
      state.total == 0 ? fmt::format("{} {}", state.done, state.unit)
                       : fmt::format("{} of {} {} ({} %)", state.done, state.total, state.unit, percent(state));
  return fmt::format("{}: {}, {}", state.what, amount, speed_and_rest(state));
}

std::string progress_bar(const ProgressState& state) {
  constexpr std::uint64_t kWidth = 24;
  if (state.total == 0) return progress_line(state);
  const auto filled = static_cast<std::size_t>(percent(state) * kWidth / 100);
  return fmt::format("{} [{}{}] {:>3} %  {}", state.what, std::string(filled, '='), std::string(kWidth - filled, ' '),
                     percent(state), speed_and_rest(state));
}

std::string progress_summary(const ProgressState& state) {
  return fmt::format("{}: {} {} in {}, {}", state.what, own_part(state), state.unit, duration_text(state.seconds),
                     rate_text(state));
}

std::string duration_text(double seconds) {
  constexpr std::uint64_t kMinute = 60;
  constexpr std::uint64_t kHour = 60 * kMinute;
  constexpr std::uint64_t kDay = 24 * kHour;
  constexpr double kLongest = 1e12;
  const auto whole = static_cast<std::uint64_t>(std::ceil(std::clamp(seconds, 0.0, kLongest)));
  if (whole >= kDay) return fmt::format("{} d {} h", whole / kDay, whole % kDay / kHour);
  if (whole >= kHour) return fmt::format("{} h {} min", whole / kHour, whole % kHour / kMinute);
  if (whole >= kMinute) return fmt::format("{} min {} s", whole / kMinute, whole % kMinute);
  return fmt::format("{} s", whole);
}

}  // namespace expunge::log
