// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "framework/comm/communicator.hpp"
#include "framework/log/log.hpp"
#include "launcher/run/job_board.hpp"
#include "launcher/run/stop_watch.hpp"

namespace expunge {

/// A list of jobs that the ranks of a communicator work off together: each job by one rank, the longest first, with one
/// line of progress for all, until all are done or the run is asked to stop by a signal, its halt file or a deadline.
class SharedJobs {
 public:
  /// Collective. `sizes` says how many samples each job visits; `what` names the work in progress lines ("training");
  /// empty: there are none.
  SharedJobs(Communicator& comm, const std::filesystem::path& run,
             std::optional<std::chrono::system_clock::time_point> deadline, const std::vector<std::uint64_t>& sizes,
             const std::string& what);

  /// Collective. Calls `one` for every job that this rank takes. What it throws on one rank is thrown on all of them,
  /// after the others have put their work down.
  void work_off(const std::function<void(std::size_t job)>& one);
  /// Collective: why the work was put down, as the first rank with a reason has it; empty where it was not.
  [[nodiscard]] std::string stop_reason();

  // For the job under way:
  [[nodiscard]] StopRequest poll() { return watch_.poll(); }
  /// Samples visited since the last call; `resumed`: by an earlier session.
  void visited(std::uint64_t visits, bool resumed);

 private:
  void pass_on();
  void tell();

  Communicator& comm_;
  JobBoard board_;
  StopWatch watch_;
  bool shows_progress_;
  log::Progress progress_;
  std::uint64_t untold_ = 0;
  std::chrono::steady_clock::time_point last_told_ = std::chrono::steady_clock::now();
};

}  // namespace expunge
