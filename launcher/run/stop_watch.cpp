// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/run/stop_watch.hpp"

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include <fmt/chrono.h>

#include "framework/comm/stop_flag.hpp"
#include "framework/core/error.hpp"
#include "launcher/run/halt_file.hpp"

namespace expunge {

namespace {

using SystemClock = std::chrono::system_clock;

/// Seconds, 100 years: what lies farther off than that can't be meant, and a clock that counts nanoseconds can't hold
/// it.
constexpr long kFarthest = 100L * 366 * 24 * 3600;

std::optional<SystemClock::time_point> as_length(const std::string& text, SystemClock::time_point now) {
  long count = 0;
  char unit = 0;
  char rest = 0;
  if (std::sscanf(text.c_str(), "%18ld%c%c", &count, &unit, &rest) != 2 || count < 0) return std::nullopt;
  const long seconds = unit == 's' ? 1 : (unit == 'm' ? 60 : (unit == 'h' ? 3600 : 0));
  if (seconds == 0 || count > kFarthest / seconds) return std::nullopt;
  return now + std::chrono::seconds(count * seconds);
}

std::optional<SystemClock::time_point> as_date(const std::string& text, const char* format, std::tm base) {
  const char* end = ::strptime(text.c_str(), format, &base);
  if (end == nullptr || *end != '\0') return std::nullopt;
  base.tm_isdst = -1;
  const std::time_t time = std::mktime(&base);
  if (time < 0 || time > 2 * kFarthest) return std::nullopt;
  return SystemClock::from_time_t(time);
}

std::string signal_name(int signal) {
  const char* name = ::sigabbrev_np(signal);
  return name == nullptr ? fmt::format("signal {}", signal) : fmt::format("SIG{}", name);
}

StopRequest asked_by(HaltRequest request) {
  switch (request) {
    case HaltRequest::kNone:
      return StopRequest::kGoOn;
    case HaltRequest::kAfterSlice:
      return StopRequest::kAfterStage;
    case HaltRequest::kNow:
      return StopRequest::kNow;
  }
  throw Bug("a request to halt without a meaning");
}

}  // namespace

SystemClock::time_point parse_stop_before(const std::string& text, SystemClock::time_point now) {
  if (const auto length = as_length(text, now)) return *length;
  const std::time_t now_seconds = SystemClock::to_time_t(now);
  std::tm today{};
  ::localtime_r(&now_seconds, &today);
  today.tm_sec = 0;
  for (const char* format : {"%H:%M", "%H:%M:%S"}) {
    if (const auto clock = as_date(text, format, today)) return *clock > now ? *clock : *clock + std::chrono::hours(24);
  }
  for (const char* format : {"%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"}) {
    if (const auto date = as_date(text, format, std::tm{})) return *date;
  }
  throw UsageError(
      fmt::format("--stop-before takes a length (90s, 30m, 2h), a clock time (23:40) or a date and time "
                  "(2026-03-01T23:40), not '{}'",
                  text));
}

std::optional<SystemClock::time_point> slurm_deadline() {
  const char* end = std::getenv("SLURM_JOB_END_TIME");
  if (end == nullptr) return std::nullopt;
  const long long seconds = std::atoll(end);
  if (seconds <= 0 || seconds > 2 * kFarthest) return std::nullopt;
  return SystemClock::from_time_t(static_cast<std::time_t>(seconds)) - std::chrono::minutes(1);
}

StopWatch::StopWatch(std::filesystem::path run, std::optional<SystemClock::time_point> deadline, JobBoard& board)
    : run_(std::move(run)), deadline_(deadline), board_(board) {}

StopRequest StopWatch::poll() {
  if (decided_ == StopRequest::kNow) return decided_;
  const auto now = std::chrono::steady_clock::now();
  if (stop_signal() == 0 && now < next_look_) return decided_;
  next_look_ = now + std::chrono::milliseconds(500);
  const StopRequest before = decided_;
  look();
  if (decided_ != before) board_.ask_to_stop(decided_);
  return decided_;
}

void StopWatch::look() {
  if (const int signal = stop_signal(); signal != 0) {
    decided_ = StopRequest::kNow;
    reason_ = signal_name(signal);
    return;
  }
  if (deadline_ && SystemClock::now() >= *deadline_) {
    decided_ = StopRequest::kNow;
    reason_ = fmt::format("the deadline {:%Y-%m-%d %H:%M:%S} UTC", fmt::gmtime(SystemClock::to_time_t(*deadline_)));
    return;
  }
  if (const StopRequest asked = asked_by(read_halt_file(run_)); asked > decided_) {
    decided_ = asked;
    reason_ = "expunge halt";
  }
  decided_ = std::max(decided_, board_.stop_asked());
}

}  // namespace expunge
