// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/comparison/scratch_training.hpp"

#include <array>

#include "framework/comm/agreement.hpp"
#include "framework/core/elapsed.hpp"
#include "launcher/run/manifest.hpp"

namespace expunge {

namespace {

bool all_complete(Communicator& comm, std::span<const ScratchTraining> trainings) {
  std::array<std::int64_t, 1> incomplete{0};
  together(comm, [&] {
    if (!comm.is_root()) return;
    for (const auto& training : trainings)
      for (const auto shard : training.shards) {
        const auto record = read_shard_record(training.folder, shard);
        if (!record || record->slices.size() < training.configuration.slices) incomplete[0] = 1;
      }
  });
  comm.maximum(incomplete);
  return incomplete[0] == 0;
}

}  // namespace

ScratchEnd train_from_scratch(const ComparisonBench& bench, std::span<const ScratchTraining> trainings,
                              const Dataset& data, const std::string& what) {
  std::vector<ShardJob> jobs;
  std::vector<const ScratchTraining*> of_job;
  for (const auto& training : trainings)
    for (const auto shard : training.shards) {
      jobs.push_back({shard, Generation::kCurrent, shard_visits(training.configuration, *training.partition, shard)});
      of_job.push_back(&training);
    }
  const Digest fingerprint = fingerprint_digest(bench.session.fingerprint());
  const auto start = std::chrono::steady_clock::now();
  ScratchEnd end;
  end.jobs = work_shards(bench.session, {bench.run, bench.deadline, what}, jobs,
                         [&](const ShardJob& job, const ShardHooks& hooks) {
                           const auto& training = *of_job[static_cast<std::size_t>(&job - jobs.data())];
                           const ShardContext context{.run = training.folder,
                                                      .configuration = training.configuration,
                                                      .seed = training.seed,
                                                      .fingerprint = fingerprint,
                                                      .device = bench.session.device(),
                                                      .files = &system_files(),
                                                      .order_seed = training.order_seed};
                           return train_shard(context, job.shard, data, *training.partition, hooks);
                         });
  end.seconds = seconds_since(start);
  end.complete = all_complete(bench.session.comm(), trainings);
  if (!end.complete) bench.stop_reason = end.jobs.stop_reason;
  return end;
}

std::vector<ShardId> all_shards(const TrainingConfiguration& configuration) {
  std::vector<ShardId> shards;
  for (std::uint32_t k = 0; k < configuration.shards; ++k) shards.emplace_back(k);
  return shards;
}

}  // namespace expunge
