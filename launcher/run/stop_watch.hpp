// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include "launcher/run/job_board.hpp"

namespace expunge {

/// Reads `--stop-before`: a length ("90s", "30m", "2h") from now, a local clock time ("23:40", its next occurrence), or
/// a local date and time ("2026-03-01T23:40"). Throws UsageError for anything else.
[[nodiscard]] std::chrono::system_clock::time_point parse_stop_before(const std::string& text,
                                                                      std::chrono::system_clock::time_point now);

/// The end that Slurm has set for this job (SLURM_JOB_END_TIME), less a minute to put things down; nothing outside
/// Slurm.
[[nodiscard]] std::optional<std::chrono::system_clock::time_point> slurm_deadline();

/// Decides when to stop: a signal, the run's halt file, a deadline, or another rank that has decided. Cheap enough to
/// ask between batches: files, clocks and the other ranks are looked at twice a second.
class StopWatch {
 public:
  StopWatch(std::filesystem::path run, std::optional<std::chrono::system_clock::time_point> deadline, JobBoard& board);

  /// Tells the others the first time the answer is not kGoOn.
  [[nodiscard]] StopRequest poll();
  /// Why, for the log; empty while there is no reason of this rank's own.
  [[nodiscard]] const std::string& reason() const { return reason_; }

 private:
  void look();

  std::filesystem::path run_;
  std::optional<std::chrono::system_clock::time_point> deadline_;
  JobBoard& board_;
  StopRequest decided_ = StopRequest::kGoOn;
  std::string reason_;
  std::chrono::steady_clock::time_point next_look_{};
};

}  // namespace expunge
