// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

namespace expunge::log {

enum class Level : std::uint8_t { kDebug, kInfo, kWarning, kError, kOff };

/// Once per process, before the first line (else lines are written as by the only rank, from kInfo on). Lines go to
/// standard error: all of them from rank 0, which speaks for the job; warnings and errors from the others, each line
/// with its rank ("[rank 3] "). Colour only on a real terminal, outside a launcher, with NO_COLOR unset and TERM other
/// than dumb; never a carriage return elsewhere.
void start(Level least, int rank, int ranks);

void write(Level level, std::string_view message);

template <class... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::kDebug, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::kInfo, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void warning(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::kWarning, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::kError, fmt::format(format, std::forward<Args>(args)...));
}

/// Speaks of long work now and then: what is done, the rate, the time left. Says nothing before `interval` has passed,
/// so short work stays silent, and nothing on other ranks than 0. On a real terminal outside a launcher it is a live
/// bar, rewritten in place from a tenth of `interval` on; everywhere else a plain line at most every `interval`, and a
/// last one at the end where there was one before. For one thread.
class Progress {
 public:
  /// `what` names the work ("training"), `unit` what is counted ("samples"), `total` how many in all.
  Progress(std::string what, std::string unit, std::uint64_t total,
           std::chrono::milliseconds interval = std::chrono::seconds(10));
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  /// `done` counts from the start of the whole work; what was there before this process counts as `skip`, and not into
  /// the rate.
  void skip(std::uint64_t already_done);
  /// Cheap enough for every batch. `detail` ends the line ("shard 3, stage 2").
  void update(std::uint64_t done, std::string_view detail = {});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The version of the library behind it, "1.10.0".
[[nodiscard]] std::string spdlog_version();

}  // namespace expunge::log
