// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/verification/check_jobs.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>

#include "framework/comm/agreement.hpp"
#include "framework/log/log.hpp"
#include "launcher/run/job_board.hpp"
#include "launcher/run/stop_watch.hpp"
#include "launcher/verification/gathered_checks.hpp"

namespace expunge {

ChecksEnd run_checks(Communicator& comm, const ShardCheckSetting& setting, std::span<const ShardTask> tasks) {
  using Clock = std::chrono::steady_clock;
  std::vector<std::uint64_t> sizes;
  for (const auto& task : tasks) sizes.push_back(task_visits(setting, task));
  JobBoard board(comm, sizes);
  StopWatch watch(setting.run, slurm_deadline(), board);
  log::Progress progress("verifying", "samples", std::accumulate(sizes.begin(), sizes.end(), std::uint64_t{0}));
  const auto tell = [&] {
    if (comm.is_root()) progress.update(board.done());
  };
  // The board is shared by all ranks: what it is told of is gathered for half a second first.
  constexpr std::chrono::milliseconds kBetweenWords(500);
  std::uint64_t untold = 0;
  Clock::time_point last_told = Clock::now();
  const auto pass_on = [&] {
    board.add_done(untold);
    untold = 0;
    last_told = Clock::now();
    tell();
  };
  ReplayHooks hooks;
  hooks.stop_now = [&] { return watch.poll() == StopRequest::kNow; };
  hooks.stop_after = [&] { return watch.poll() != StopRequest::kGoOn; };
  hooks.visited = [&](std::uint64_t visits) {
    untold += visits;
    if (Clock::now() - last_told >= kBetweenWords) pass_on();
  };

  std::vector<ShardCheck> mine;
  const Outcome outcome = outcome_of([&] {
    while (const auto next = board.next()) {
      const Outcome one = outcome_of([&] { mine.push_back(check_shard(setting, tasks[*next], hooks)); });
      pass_on();
      if (one.exit != Exit::kDone) board.ask_to_stop(StopRequest::kNow);
      board.ended();
      if (one.exit != Exit::kDone) throw Error(one.exit, one.message);
    }
    board.wait_for_others([&] {
      (void)watch.poll();
      tell();
    });
  });
  const Outcome agreed = agree(comm, outcome);
  if (agreed.exit != Exit::kDone) throw Error(agreed.exit, agreed.message);

  ChecksEnd end{gather_checks(comm, mine), {}};
  const bool all_done = end.checks.size() == tasks.size() &&
                        std::ranges::all_of(end.checks, [](const ShardCheck& check) { return check.complete; });
  for (const auto& bytes : comm.gather(bytes_of(watch.reason())))
    if (end.stop_reason.empty() && !all_done)
      end.stop_reason.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (end.stop_reason.empty() && !all_done) end.stop_reason = "asked to";
  return end;
}

}  // namespace expunge
