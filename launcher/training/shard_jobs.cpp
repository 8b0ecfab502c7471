// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/training/shard_jobs.hpp"

#include "framework/device/memory.hpp"
#include "launcher/run/shared_jobs.hpp"

namespace expunge {

ShardJobsEnd train_shards(Session& session, const ShardContext& context, std::span<const ShardJob> jobs,
                          const Dataset& data, const Partition& partition,
                          std::optional<std::chrono::system_clock::time_point> deadline, const std::string& what) {
  std::vector<std::uint64_t> sizes;
  for (const auto& job : jobs) sizes.push_back(job.visits);
  SharedJobs shared(session.comm(), context.run, deadline, sizes, what);
  ShardHooks hooks;
  hooks.stop = [&] { return shared.poll(); };
  hooks.visited = [&](std::uint64_t visits, bool resumed) { shared.visited(visits, resumed); };

  TrainingWork work;
  shared.work_off([&](std::size_t job) {
    ShardContext of_job = context;
    of_job.generation = jobs[job].generation;
    work.add(train_shard(of_job, jobs[job].shard, data, partition, hooks));
  });
  work.peak_resident_bytes = peak_resident_bytes();
  ShardJobsEnd end{gather_work(session.comm(), work), {}};
  end.stop_reason = shared.stop_reason();
  return end;
}

}  // namespace expunge
