// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/training/shard_jobs.hpp"

#include <algorithm>
#include <cstring>

#include "framework/core/elapsed.hpp"
#include "framework/device/memory.hpp"
#include "launcher/run/shared_jobs.hpp"

namespace expunge {

namespace {

/// The times that all ranks took, on every rank.
std::vector<JobTime> gather_times(Communicator& comm, const std::vector<JobTime>& mine) {
  static_assert(std::is_trivially_copyable_v<JobTime>);
  std::vector<JobTime> all;
  for (const auto& bytes : comm.gather(std::as_bytes(std::span(mine)))) {
    const std::size_t first = all.size();
    all.resize(first + bytes.size() / sizeof(JobTime));
    if (!bytes.empty()) std::memcpy(&all[first], bytes.data(), bytes.size());
  }
  std::ranges::stable_sort(all, {}, &JobTime::begin);
  return all;
}

/// All ranks' texts, on every rank; sorted, since nobody can say which rank works on which shard.
std::vector<std::string> gather_texts(Communicator& comm, const std::vector<std::string>& mine) {
  Bytes sent;
  for (const auto& text : mine) {
    const auto bytes = bytes_of(text);
    sent.insert(sent.end(), bytes.begin(), bytes.end());
    sent.push_back(std::byte{0});
  }
  std::vector<std::string> all;
  for (const auto& bytes : comm.gather(sent))
    for (auto begin = bytes.begin(); begin != bytes.end();) {
      const auto end = std::find(begin, bytes.end(), std::byte{0});
      std::string& text = all.emplace_back();
      for (; begin != end; ++begin) text.push_back(static_cast<char>(*begin));
      ++begin;
    }
  std::ranges::sort(all);
  return all;
}

}  // namespace

ShardJobsEnd work_shards(Session& session, const ShardJobsSetting& setting, std::span<const ShardJob> jobs,
                         const std::function<ShardOutcome(const ShardJob& job, const ShardHooks& hooks)>& one) {
  std::vector<std::uint64_t> sizes;
  for (const auto& job : jobs) sizes.push_back(job.visits);
  SharedJobs shared(session.comm(), setting.run, setting.deadline, sizes, setting.what);
  ShardHooks hooks;
  hooks.stop = [&] { return shared.poll(); };
  hooks.visited = [&](std::uint64_t visits, bool resumed) { shared.visited(visits, resumed); };

  TrainingWork work;
  std::vector<JobTime> times;
  std::vector<std::string> fallbacks;
  const auto start = std::chrono::steady_clock::now();
  shared.work_off([&](std::size_t job) {
    const double begin = seconds_since(start);
    const ShardOutcome outcome = one(jobs[job], hooks);
    work.add(outcome);
    fallbacks.insert(fallbacks.end(), outcome.fallbacks.begin(), outcome.fallbacks.end());
    times.push_back({session.comm().rank(), jobs[job].shard, begin, seconds_since(start), outcome.sample_gradients});
  });
  work.peak_resident_bytes = peak_resident_bytes();
  ShardJobsEnd end{gather_work(session.comm(), work),
                   {},
                   gather_times(session.comm(), times),
                   gather_texts(session.comm(), fallbacks)};
  end.stop_reason = shared.stop_reason();
  return end;
}

ShardJobsEnd train_shards(Session& session, const ShardContext& context, std::span<const ShardJob> jobs,
                          const Dataset& data, const Partition& partition,
                          std::optional<std::chrono::system_clock::time_point> deadline, const std::string& what) {
  return work_shards(session, {context.run, deadline, what}, jobs, [&](const ShardJob& job, const ShardHooks& hooks) {
    ShardContext of_job = context;
    of_job.generation = job.generation;
    return train_shard(of_job, job.shard, data, partition, hooks);
  });
}

}  // namespace expunge
