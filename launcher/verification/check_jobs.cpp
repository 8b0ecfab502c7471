// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/verification/check_jobs.hpp"

#include <algorithm>

#include "launcher/run/shared_jobs.hpp"
#include "launcher/run/stop_watch.hpp"
#include "launcher/verification/gathered_checks.hpp"

namespace expunge {

ChecksEnd run_checks(Communicator& comm, const ShardCheckSetting& setting, std::span<const ShardTask> tasks) {
  std::vector<std::uint64_t> sizes;
  for (const auto& task : tasks) sizes.push_back(task_visits(setting, task));
  SharedJobs shared(comm, setting.run, slurm_deadline(), sizes, "verifying");
  ShardHooks hooks;
  hooks.stop = [&] { return shared.poll(); };
  hooks.visited = [&](std::uint64_t visits, bool resumed) { shared.visited(visits, resumed); };
  std::vector<ShardCheck> mine;
  shared.work_off([&](std::size_t task) { mine.push_back(check_shard(setting, tasks[task], hooks)); });

  ChecksEnd end{gather_checks(comm, mine), {}};
  const bool all_done = end.checks.size() == tasks.size() &&
                        std::ranges::all_of(end.checks, [](const ShardCheck& check) { return check.complete; });
  const std::string reason = shared.stop_reason();
  if (!all_done) end.stop_reason = reason.empty() ? "asked to" : reason;
  return end;
}

}  // namespace expunge
