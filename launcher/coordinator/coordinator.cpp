// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/coordinator/coordinator.hpp"

#include <algorithm>
#include <array>

#include "framework/comm/agreement.hpp"
#include "framework/core/error.hpp"
#include "framework/log/log.hpp"
#include "launcher/run/halt_file.hpp"
#include "launcher/run/journal_commit.hpp"
#include "shards/checkpoint/unfinished.hpp"
#include "shards/retrain/generation.hpp"

namespace expunge {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// The pending batches that have not come as far as `state`.
std::vector<std::uint64_t> pending_before(const History& history, BatchState state) {
  auto batches = history.pending();
  std::erase_if(batches, [&](std::uint64_t batch) { return history.state(batch) >= state; });
  return batches;
}

}  // namespace

Coordinator::Coordinator(Session& session, FileSystem& files, const RunDirectory& directory, CoordinatorOptions options)
    : session_(session), comm_(session.comm()), files_(files), directory_(directory), options_(std::move(options)) {}

Coordinator::~Coordinator() = default;

void Coordinator::open(bool only_look) {
  together(comm_, [&] {
    if (!comm_.is_root() || only_look) return;
    // The lock makes folders that are missing; a run that isn't there is told of first.
    const Manifest manifest = directory_.manifest();
    lock_ = std::make_unique<RunLock>(directory_);
    tidy_shards(manifest);
    sweep_temporaries(files_, directory_.path());
    clear_stale_halt_file(files_, directory_.path());
    if (lock_->died())
      log::warning("the job before this one ended without finishing ({}): going on from what it promised",
                   *lock_->died());
  });
  together(comm_, [&] {
    records_.emplace(RunRecords::read(directory_));
    data_.emplace(RunData::open(options_.data, *records_));
  });
}

/// What the job before did is built on from here on. It may have been killed before it synced a folder, and a power cut
/// must not take back then what the journal says is done; or before it recorded a checkpoint, which no deletion would
/// look for. The run's own folder is synced too.
void Coordinator::tidy_shards(const Manifest& manifest) {
  const auto& c = manifest.configuration;
  files_.sync_directory(directory_.path());
  for (std::uint32_t k = 0; k < c.shards; ++k) {
    const auto folder = shard_folder(directory_.path(), ShardId(k));
    if (!std::filesystem::exists(folder)) continue;
    const Generations generations = read_generations(directory_.path(), ShardId(k));
    const ShardRecord& trained = generations.next ? *generations.next : generations.current;
    const auto done = static_cast<std::uint32_t>(trained.slices.size());
    if (remove_unfinished(files_, directory_.path(), ShardId(k), done, c.slices) == 0) files_.sync_directory(folder);
  }
}

void Coordinator::check_data() {
  check_samples(comm_, options_.data.empty() ? records_->manifest.data : options_.data, *data_->data, *records_);
}

void Coordinator::reload() {
  together(comm_, [&] {
    records_.emplace(RunRecords::read(directory_));
    const auto& c = records_->manifest.configuration;
    data_->live = Partition(Partitioner(records_->manifest.seed, c.shards, c.slices), *data_->data,
                            [&](SampleId id) { return !records_->history.is_deleted(id); });
  });
}

void Coordinator::commit_entries(std::vector<JournalEntry> entries) {
  commit(files_, directory_, records_->manifest, records_->journal, std::move(entries));
}

CellCounts Coordinator::live() const {
  const auto& c = records_->manifest.configuration;
  CellCounts counts(c.shards);
  for (std::uint32_t k = 0; k < c.shards; ++k)
    for (std::uint32_t r = 1; r <= c.slices; ++r) counts[k].push_back(records_->live({ShardId(k), SliceId(r)}));
  return counts;
}

std::vector<ResolvedRequest> Coordinator::resolve(std::span<const Request> requests, const std::string& source) const {
  const auto& manifest = records_->manifest;
  return resolve_requests({requests.begin(), requests.end()}, source, *data_->data,
                          Partitioner(manifest.seed, manifest.configuration.shards, manifest.configuration.slices),
                          records_->history, manifest.seed, options_.unknown, options_.journal_ids);
}

/// The line by which a batch is accepted.
BatchAccepted Coordinator::batch_of(const std::vector<ResolvedRequest>& resolved) const {
  using Status = ResolvedRequest::Status;
  const Key key = data_key(records_->manifest.seed);
  BatchAccepted batch;
  batch.batch = records_->history.batches() + 1;
  Impact impact;
  for (const auto& request : resolved) {
    if (request.status == Status::kRepeated || request.status == Status::kUnknown) continue;
    batch.requests.push_back(request.accepted);
    batch.requests.back().removed = set_digest(*data_->data, request.rows, key);
    add_impact(impact, request.accepted.cells);
  }
  for (const auto& record : records_->shards) batch.before.push_back(served_state(record));
  for (const auto& [shard, first] : impact)
    for (auto& file :
         newly_superseded(directory_.path(), read_generations(directory_.path(), shard), records_->history, first))
      batch.supersedes.push_back(std::move(file));
  return batch;
}

Acceptance Coordinator::accept(std::span<const Request> requests, const std::string& source) {
  Acceptance acceptance;
  std::array<std::int64_t, 1> batch{0};
  together(comm_, [&] {
    if (!comm_.is_root()) return;
    auto start = Clock::now();
    acceptance.requests = resolve(requests, source);
    acceptance.validate_seconds = seconds_since(start);
    start = Clock::now();
    BatchAccepted accepted = batch_of(acceptance.requests);
    if (accepted.requests.empty()) return;
    batch[0] = static_cast<std::int64_t>(accepted.batch);
    const bool deletes = std::ranges::any_of(accepted.requests, [](const auto& one) { return !one.cells.empty(); });
    std::vector<JournalEntry> entries;
    entries.emplace_back(std::move(accepted));
    if (!deletes) entries.emplace_back(BatchCompleted{{static_cast<std::uint64_t>(batch[0])}});
    commit_entries(std::move(entries));
    acceptance.journal_seconds = seconds_since(start);
  });
  comm_.maximum(batch);
  acceptance.batch = static_cast<std::uint64_t>(batch[0]);
  if (acceptance.batch > 0) reload();
  return acceptance;
}

/// What pending batches supersede, less what was erased when they were forgotten.
std::vector<SupersededFile> Coordinator::still_to_erase() const {
  const auto pending = records_->history.pending();
  std::vector<SupersededFile> files;
  for (const auto& line : records_->journal.lines()) {
    // A progress file may be there again under its name, for a later batch to supersede.
    if (const auto* forgotten = std::get_if<BatchForgotten>(&line.entry))
      for (const auto& gone : forgotten->files)
        std::erase_if(files, [&](const auto& file) { return file.shard == gone.shard && file.name == gone.name; });
    const auto* accepted = std::get_if<BatchAccepted>(&line.entry);
    if (accepted == nullptr || !std::ranges::binary_search(pending, accepted->batch)) continue;
    files.insert(files.end(), accepted->supersedes.begin(), accepted->supersedes.end());
  }
  return files;
}

/// The earliest slice of each shard that a pending batch touches.
Impact Coordinator::pending_impact() const {
  const auto pending = records_->history.pending();
  Impact impact;
  for (const auto& line : records_->journal.lines())
    if (const auto* accepted = std::get_if<BatchAccepted>(&line.entry);
        accepted != nullptr && std::ranges::binary_search(pending, accepted->batch))
      for (const auto& request : accepted->requests) add_impact(impact, request.cells);
  return impact;
}

Forgetting Coordinator::forget() {
  const auto start = Clock::now();
  Forgetting forgetting;
  forgetting.batches = pending_before(records_->history, BatchState::kForgotten);
  if (forgetting.batches.empty()) return forgetting;
  together(comm_, [&] {
    if (!comm_.is_root()) return;
    BatchForgotten line;
    line.batches = forgetting.batches;
    for (const auto& [shard, first] : pending_impact()) {
      const Generations generations = read_generations(directory_.path(), shard);
      if (!generations.next && !records_->history.is_stale(generations.current) &&
          generations.current.respects == records_->history.batches())
        continue;
      roll_back(files_, directory_.path(), generations, records_->history);
      forgetting.shards.push_back(shard);
    }
    for (const auto& [shard, first] : pending_impact())
      line.after.push_back(
          served_state(read_shard_record(directory_.path(), shard).value_or(ShardRecord{shard, 0, 0, {}})));
    forgetting.files = erase_files(files_, directory_.path(), still_to_erase());
    files_.unlink(directory_.evaluation_path());
    files_.sync_directory(directory_.path());
    line.files = forgetting.files;
    line.seconds = seconds_since(start);
    commit_entries({std::move(line)});
  });
  forgetting.seconds = seconds_since(start);
  reload();
  return forgetting;
}

UnlearningPlan Coordinator::plan_pending() const {
  const auto& c = records_->manifest.configuration;
  const History& history = records_->history;
  Impact left;
  for (const auto& [shard, touched] : pending_impact()) {
    const Generations generations = read_generations(directory_.path(), shard);
    const bool stale = history.is_stale(generations.current);
    const ShardRecord& from = stale ? generations.best(history) : generations.current;
    const std::uint32_t kept = history.untainted_stages(from);
    if (kept < c.slices) left.emplace(shard, SliceId(kept + 1));
  }
  return plan_unlearning(c, live(), left);
}

/// A stale shard gets a generation that takes its place when it is complete. One that was rolled back, or was never
/// trained to its end, goes on in place.
std::vector<ShardJob> Coordinator::prepare_jobs() {
  const History& history = records_->history;
  together(comm_, [&] {
    if (!comm_.is_root()) return;
    for (const auto& [shard, first] : pending_impact()) {
      const Generations generations = read_generations(directory_.path(), shard);
      if (history.is_stale(generations.current))
        begin_next_generation(files_, directory_.path(), generations, history);
      else if (generations.next || generations.current.respects < history.batches())
        roll_back(files_, directory_.path(), generations, history);
    }
  });
  const auto& c = records_->manifest.configuration;
  std::vector<ShardJob> jobs;
  together(comm_, [&] {
    for (const auto& [shard, first] : pending_impact()) {
      const Generations generations = read_generations(directory_.path(), shard);
      const auto generation = history.is_stale(generations.current) ? Generation::kNext : Generation::kCurrent;
      const ShardRecord& record = generations.next ? *generations.next : generations.current;
      if (generation == Generation::kNext || record.slices.size() < c.slices)
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
      if (!record || record->slices.size() < records_->manifest.configuration.slices) incomplete[0] = 1;
    }
  });
  comm_.maximum(incomplete);
  return incomplete[0] == 0;
}

Recovery Coordinator::recover() {
  Recovery recovery;
  recovery.batches = records_->history.pending();
  if (recovery.batches.empty()) return recovery;
  require_numerics_of_run(comm_, session_.fingerprint(), directory_, records_->manifest, options_.mix_numerics);
  auto start = Clock::now();
  together(comm_, [&] { recovery.plan = plan_pending(); });
  const auto jobs = prepare_jobs();
  recovery.plan_seconds = seconds_since(start);

  start = Clock::now();
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
  recovery.jobs = train_shards(session_, context, jobs, *data_->data, data_->live, options_.deadline, "retraining");
  recovery.retrain_seconds = seconds_since(start);
  recovery.stopped = !all_complete(jobs);
  together(comm_, [&] {
    if (!comm_.is_root()) return;
    if (recovery.stopped)
      remove_halt_file(files_, directory_.path());
    else
      publish_and_complete(recovery);
  });
  reload();
  return recovery;
}

void Coordinator::publish_and_complete(Recovery& recovery) {
  auto start = Clock::now();
  const Impact impact = pending_impact();
  BatchRetrained retrained;
  retrained.batches = pending_before(records_->history, BatchState::kRetrained);
  for (const auto& [shard, first] : impact) {
    const Generations generations = read_generations(directory_.path(), shard);
    const ShardRecord& record = generations.next ? *generations.next : generations.current;
    retrained.after.push_back(served_state(record));
    retrained.first_stages.emplace_back(shard, first);
    for (const auto& slice : record.slices) {
      if (slice.stage < first) continue;
      ++retrained.stages;
      retrained.sample_gradients += slice.sample_gradients;
    }
  }
  retrained.seconds = recovery.retrain_seconds;
  if (!retrained.batches.empty()) commit_entries({std::move(retrained)});

  for (const auto& [shard, first] : impact) publish_next_generation(files_, directory_.path(), shard);
  BatchPublished published;
  published.batches = pending_before(records_->history, BatchState::kPublished);
  for (const auto& record : directory_.shard_records(records_->manifest))
    published.after.push_back(served_state(record));
  if (!published.batches.empty()) commit_entries({std::move(published)});
  recovery.publish_seconds = seconds_since(start);

  start = Clock::now();
  BatchErased erased;
  erased.batches = pending_before(records_->history, BatchState::kErased);
  erased.files = erase_files(files_, directory_.path(), still_to_erase());
  files_.unlink(directory_.evaluation_path());
  files_.sync_directory(directory_.path());
  recovery.files = erased.files;
  std::vector<JournalEntry> entries;
  if (!erased.batches.empty()) entries.emplace_back(std::move(erased));
  entries.emplace_back(BatchCompleted{recovery.batches});
  commit_entries(std::move(entries));
  recovery.erase_seconds = seconds_since(start);
}

}  // namespace expunge
