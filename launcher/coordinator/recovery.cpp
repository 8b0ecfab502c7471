// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
// How a coordinator works pending batches off: begin generations, retrain, publish, erase, complete.
#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "framework/comm/agreement.hpp"
#include "framework/core/elapsed.hpp"
#include "launcher/coordinator/coordinator.hpp"
#include "launcher/run/halt_file.hpp"
#include "shards/checkpoint/generation.hpp"
#include "shards/methods/unlearn_shard.hpp"

namespace expunge {

namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

/// A shard that can't be gone on with gets a generation that takes its place when it is complete. One that was rolled
/// back, or was never trained to its end, goes on in place.
void Coordinator::begin_generations(const PendingWork& work) {
  const History& history = records_->history;
  for (const auto& [shard, asked] : work) {
    const Generations generations = read_generations(directory_.path(), shard);
    if (asked.replaced && asked.method.is_exact())
      begin_next_generation(files_, directory_.path(), generations, history);
    else if (asked.replaced)
      begin_approximate_generation(files_, directory_.path(), generations, history, task_of(shard, asked),
                                   asked.method.needs().older_stages ? OldStages::kKept : OldStages::kDropped);
    else if (!generations.current.approximation &&
             (generations.next || generations.current.respects < history.batches()))
      roll_back(files_, directory_.path(), generations, history);
  }
}

std::vector<ShardJob> Coordinator::prepare_jobs(const PendingWork& work) {
  together(comm_, [&] {
    if (comm_.is_root()) begin_generations(work);
  });
  const auto& c = records_->manifest.configuration;
  std::vector<ShardJob> jobs;
  together(comm_, [&] {
    for (const auto& [shard, asked] : work) {
      const auto generation = asked.replaced ? Generation::kNext : Generation::kCurrent;
      if (asked.replaced || read_generations(directory_.path(), shard).current.served_stage() < c.slices)
        jobs.push_back({shard, generation, shard_visits(c, data_->live, shard)});
    }
  });
  return jobs;
}

bool Coordinator::all_complete(std::span<const ShardJob> jobs) const {
  std::array<std::int64_t, 1> incomplete{0};
  together(comm_, [&] {
    if (!comm_.is_root()) return;
    for (const auto& job : jobs) {
      const auto record = read_shard_record(directory_.path(), job.shard, job.generation);
      if (!record || record->served_stage() < records_->manifest.configuration.slices) incomplete[0] = 1;
    }
  });
  comm_.maximum(incomplete);
  return incomplete[0] == 0;
}

Recovery Coordinator::recover() {
  Recovery recovery;
  recovery.batches = records_->history.pending();
  if (recovery.batches.empty()) return recovery;
  check_numerics();
  auto start = Clock::now();
  PendingWork work;
  together(comm_, [&] {
    work = pending();
    recovery.plan = plan_work(directory_.path(), *records_, live(), work);
    recovery.methods = methods_of(records_->journal, recovery.batches);
  });
  const auto jobs = prepare_jobs(work);
  recovery.plan_seconds = seconds_since(start);

  start = Clock::now();
  together(comm_, [&] {
    if (comm_.is_root()) erase_unnamed(recovery);
  });
  work_off(recovery, work, jobs);
  recovery.retrain_seconds = seconds_since(start);
  recovery.stopped = !all_complete(jobs);
  together(comm_, [&] {
    if (!comm_.is_root()) return;
    if (recovery.stopped)
      remove_halt_file(files_, directory_.path());
    else
      publish_and_complete(recovery, work);
  });
  start = Clock::now();
  reload();
  recovery.reload_seconds = seconds_since(start);
  return recovery;
}

/// Every shard by the method that decides for it.
void Coordinator::work_off(Recovery& recovery, const PendingWork& work, std::span<const ShardJob> jobs) {
  const auto& manifest = records_->manifest;
  const ShardContext context{.run = directory_.path(),
                             .configuration = manifest.configuration,
                             .seed = manifest.seed,
                             .fingerprint = fingerprint_digest(session_.fingerprint()),
                             .mix_numerics = options_.mix_numerics,
                             .device = session_.device(),
                             .files = &files_,
                             .save_interval_seconds = options_.save_interval_seconds,
                             .respects = records_->history.batches()};
  const bool all_exact = std::ranges::all_of(work, [](const auto& asked) { return asked.second.method.is_exact(); });
  const char* what = !options_.shows_progress ? "" : all_exact ? "retraining" : "unlearning";
  const ShardJobsSetting setting{options_.halted_in.empty() ? directory_.path() : options_.halted_in, options_.deadline,
                                 what};
  std::optional<Partition> forgotten;
  if (!all_exact) together(comm_, [&] { forgotten.emplace(forgotten_samples(*records_, *data_->data, work)); });
  recovery.jobs = work_shards(session_, setting, jobs, [&](const ShardJob& job, const ShardHooks& hooks) {
    ShardContext of_job = context;
    of_job.generation = job.generation;
    const Dataset& data = *data_->data;
    if (all_exact) return train_shard(of_job, job.shard, data, data_->live, hooks);
    return unlearn_shard(of_job, task_of(job.shard, work.at(job.shard)), data, data_->live, *forgotten, hooks);
  });
}

/// A stage's progress, and what an earlier job published over and had no time to erase: training would take it for what
/// a killed job left, and nobody could say any more what became of it.
void Coordinator::erase_unnamed(Recovery& recovery) {
  recovery.files = erase_files(files_, directory_.path(), files_to_erase(*records_));
  std::erase_if(recovery.files, [](const FileFate& file) { return file.fate.starts_with("kept"); });
}

void Coordinator::publish_and_complete(Recovery& recovery, const PendingWork& work) {
  auto start = Clock::now();
  BatchRetrained retrained;
  retrained.batches = pending_before(records_->history, BatchState::kRetrained);
  for (const auto& [shard, asked] : work) {
    const Generations generations = read_generations(directory_.path(), shard);
    const ShardRecord& record = generations.next ? *generations.next : generations.current;
    const RetrainedShard of_shard = retrained_of(record, asked.first);
    retrained.after.push_back(served_state(record));
    retrained.first_stages.emplace_back(shard, asked.first);
    retrained.stages += of_shard.stages;
    retrained.sample_gradients += of_shard.sample_gradients;
  }
  add_results(recovery, work);
  retrained.seconds = recovery.retrain_seconds;
  if (!retrained.batches.empty()) commit_entries({std::move(retrained)});

  for (const auto& [shard, asked] : work) publish_next_generation(files_, directory_.path(), shard);
  BatchPublished published;
  published.batches = pending_before(records_->history, BatchState::kPublished);
  for (const auto& record : directory_.shard_records(records_->manifest))
    published.after.push_back(served_state(record));
  if (!published.batches.empty()) commit_entries({std::move(published)});
  recovery.publish_seconds = seconds_since(start);

  start = Clock::now();
  BatchErased erased;
  erased.batches = pending_before(records_->history, BatchState::kErased);
  auto left = files_to_erase(*records_);
  std::erase_if(left, [&](const SupersededFile& file) {
    return std::ranges::any_of(recovery.files, [&](const FileFate& fate) {
      return std::tie(fate.shard, fate.name, fate.digest) == std::tie(file.shard, file.name, file.digest);
    });
  });
  for (auto& fate : erase_files(files_, directory_.path(), left)) recovery.files.push_back(std::move(fate));
  erased.files = recovery.files;
  remove_what_depends_on_models();
  std::vector<JournalEntry> entries;
  if (!erased.batches.empty()) entries.emplace_back(std::move(erased));
  entries.emplace_back(BatchCompleted{recovery.batches});
  commit_entries(std::move(entries));
  recovery.erase_seconds = seconds_since(start);
}

/// What the shards that were worked on have come to; before they are published.
void Coordinator::add_results(Recovery& recovery, const PendingWork& work) const {
  std::map<ShardId, std::uint64_t> planned;
  for (const auto& shard : recovery.plan.shards) planned[shard.shard] = shard.stages;
  for (const auto& [shard, asked] : work) {
    const Generations generations = read_generations(directory_.path(), shard);
    const ShardRecord& record = generations.next ? *generations.next : generations.current;
    recovery.guarantee = weaker(recovery.guarantee, guarantee_of(record));
    recovery.stages += record.approximation ? retrained_of(record, asked.first).stages : planned[shard];
    if (record.approximation) recovery.approximate.push_back(record);
  }
}

}  // namespace expunge
