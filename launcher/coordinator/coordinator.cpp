// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/coordinator/coordinator.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

#include "framework/comm/agreement.hpp"
#include "framework/core/elapsed.hpp"
#include "framework/core/error.hpp"
#include "framework/log/log.hpp"
#include "launcher/run/halt_file.hpp"
#include "launcher/run/journal_commit.hpp"
#include "shards/checkpoint/unfinished_files.hpp"
#include "shards/retrain/generation.hpp"

namespace expunge {

namespace {

using Clock = std::chrono::steady_clock;

/// The pending batches that have not come as far as `state`.
std::vector<std::uint64_t> pending_before(const History& history, BatchState state) {
  auto batches = history.pending();
  std::erase_if(batches, [&](std::uint64_t batch) { return history.state(batch) >= state; });
  return batches;
}

/// The journal has no use for what it holds already, nor for what names nobody.
bool is_accepted(const ResolvedRequest& request) {
  using Status = ResolvedRequest::Status;
  return request.status == Status::kToDelete || request.status == Status::kAlreadyAbsent;
}

}  // namespace

Coordinator::Coordinator(Session& session, FileSystem& files, RunDirectory directory, CoordinatorOptions options)
    : session_(session),
      comm_(session.comm()),
      files_(files),
      directory_(std::move(directory)),
      options_(std::move(options)) {}

Coordinator::~Coordinator() = default;

void Coordinator::open(bool only_look) {
  together(comm_, [&] {
    if (!comm_.is_root() || only_look) return;
    // The lock makes folders that are missing; a run that isn't there is told of first.
    const Manifest manifest = directory_.manifest();
    lock_ = std::make_unique<RunLock>(directory_);
    sync_folders(manifest.configuration.shards);
    sweep_temporaries(files_, directory_.path());
    clear_stale_halt_file(files_, directory_.path());
    if (lock_->died())
      log::warning("the job before this one ended without finishing ({}): going on from what it promised",
                   *lock_->died());
  });
  together(comm_, [&] {
    records_.emplace(RunRecords::read(directory_));
    refuse_old_copies(directory_, *records_);
    data_.emplace(RunData::open(options_.data, *records_));
    if (comm_.is_root() && !only_look) remove_unfinished();
  });
}

/// What the job before did is built on from here on. It may have been killed before it synced a folder; a power cut
/// must not take back then what the journal says is done.
void Coordinator::sync_folders(std::uint32_t shards) const {
  files_.sync_directory(directory_.path());
  for (std::uint32_t k = 0; k < shards; ++k) {
    const auto folder = shard_folder(directory_.path(), ShardId(k));
    if (std::filesystem::exists(folder)) files_.sync_directory(folder);
  }
}

void Coordinator::check_data() {
  check_samples(comm_, options_.data.empty() ? records_->manifest.data : options_.data, *data_->data, *records_);
}

void Coordinator::check_numerics() {
  if (numerics_checked_) return;
  require_numerics_of_run(comm_, session_.fingerprint(), directory_, records_->manifest, options_.mix_numerics);
  numerics_checked_ = true;
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
  BatchAccepted batch;
  batch.batch = records_->history.batches() + 1;
  Impact impact;
  for (const auto& request : resolved) {
    if (!is_accepted(request)) continue;
    batch.requests.push_back(request.accepted);
    add_impact(impact, request.accepted.cells);
  }
  for (const auto& record : records_->shards) batch.before.push_back(served_state(record));
  for (const auto& [shard, first] : impact)
    for (auto& file :
         newly_superseded(directory_.path(), read_generations(directory_.path(), shard), records_->history, first))
      batch.supersedes.push_back(std::move(file));
  return batch;
}

/// What the requests of a batch take from the data fingerprint.
void Coordinator::digest_removed(BatchAccepted& batch, const std::vector<ResolvedRequest>& resolved) const {
  const Key key = data_key(records_->manifest.seed);
  auto accepted = batch.requests.begin();
  for (const auto& request : resolved)
    if (is_accepted(request)) (accepted++)->removed = set_digest(*data_->data, request.rows, key);
}

/// What a killed job left is on no record, so no line could name it; and it may have seen what is to be forgotten next.
/// What a line promises to erase stays till then, for its fate to be told.
void Coordinator::remove_unfinished() const {
  const auto& c = records_->manifest.configuration;
  std::map<ShardId, std::set<std::string>> promised;
  for (const auto& file : still_to_erase()) promised[file.shard].insert(file.name);
  for (const auto& record : records_->shards) {
    std::set<SliceId> under_way;
    const Generations generations = read_generations(directory_.path(), record.shard);
    for (const auto* trained : {&generations.current, generations.next ? &*generations.next : nullptr})
      if (trained != nullptr && trained->slices.size() < c.slices)
        under_way.emplace(static_cast<std::uint32_t>(trained->slices.size()) + 1);
    remove_unfinished_files(files_, directory_.path(), record.shard, under_way, promised[record.shard]);
  }
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
    const auto reading = Clock::now();
    digest_removed(accepted, acceptance.requests);
    acceptance.read_seconds = seconds_since(reading);
    batch[0] = static_cast<std::int64_t>(accepted.batch);
    const bool deletes = std::ranges::any_of(accepted.requests, [](const auto& one) { return !one.cells.empty(); });
    std::vector<JournalEntry> entries;
    entries.emplace_back(std::move(accepted));
    if (!deletes) entries.emplace_back(BatchCompleted{{static_cast<std::uint64_t>(batch[0])}});
    commit_entries(std::move(entries));
    acceptance.journal_seconds = seconds_since(start) - acceptance.read_seconds;
  });
  comm_.maximum(batch);
  acceptance.batch = static_cast<std::uint64_t>(batch[0]);
  if (acceptance.batch == 0) return acceptance;
  const auto start = Clock::now();
  reload();
  acceptance.reload_seconds = seconds_since(start);
  return acceptance;
}

/// What pending batches supersede, less what was erased when they were forgotten.
std::vector<SupersededFile> Coordinator::still_to_erase() const {
  const auto pending = records_->history.pending();
  std::set<std::tuple<ShardId, std::string, Digest>> erased;  // a progress file's name comes again
  std::vector<SupersededFile> files;
  for (const auto& line : records_->journal.lines()) {
    if (const auto* forgotten = std::get_if<BatchForgotten>(&line.entry))
      for (const auto& file : forgotten->files) erased.emplace(file.shard, file.name, file.digest);
    const auto* accepted = std::get_if<BatchAccepted>(&line.entry);
    if (accepted == nullptr || !std::ranges::binary_search(pending, accepted->batch)) continue;
    files.insert(files.end(), accepted->supersedes.begin(), accepted->supersedes.end());
  }
  std::erase_if(files, [&](const SupersededFile& file) {
    return erased.contains({file.shard, file.name, file.digest});
  });
  return files;
}

/// The earliest slice of each shard that one of these batches touches.
Impact Coordinator::impact_of(std::span<const std::uint64_t> batches) const {
  Impact impact;
  for (const auto& line : records_->journal.lines())
    if (const auto* accepted = std::get_if<BatchAccepted>(&line.entry);
        accepted != nullptr && std::ranges::binary_search(batches, accepted->batch))
      for (const auto& request : accepted->requests) add_impact(impact, request.cells);
  return impact;
}

Forgetting Coordinator::forget() {
  auto start = Clock::now();
  Forgetting forgetting;
  forgetting.batches = pending_before(records_->history, BatchState::kForgotten);
  if (forgetting.batches.empty()) return forgetting;
  together(comm_, [&] {
    if (!comm_.is_root()) return;
    BatchForgotten line;
    line.batches = forgetting.batches;
    const Impact touched = impact_of(forgetting.batches);
    Impact rolled_back = touched;
    for (const auto& [shard, first] : pending_impact()) {
      const Generations generations = read_generations(directory_.path(), shard);
      const bool stale = records_->history.is_stale(generations.current);
      const bool behind = touched.contains(shard) && generations.current.respects < records_->history.batches();
      if (!stale && !generations.next && !behind) continue;
      roll_back(files_, directory_.path(), generations, records_->history);
      rolled_back.emplace(shard, first);
      if (stale) forgetting.shards.push_back(shard);
    }
    for (const auto& [shard, first] : rolled_back)
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
  start = Clock::now();
  reload();
  forgetting.reload_seconds = seconds_since(start);
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
  check_numerics();
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
  together(comm_, [&] {
    if (comm_.is_root()) erase_unnamed(recovery);
  });
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
  start = Clock::now();
  reload();
  recovery.reload_seconds = seconds_since(start);
  return recovery;
}

/// A stage's progress, and what an earlier job published over and had no time to erase: training would take it for what
/// a killed job left, and nobody could say any more what became of it.
void Coordinator::erase_unnamed(Recovery& recovery) {
  recovery.files = erase_files(files_, directory_.path(), still_to_erase());
  std::erase_if(recovery.files, [](const FileFate& file) { return file.fate.starts_with("kept"); });
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
  auto left = still_to_erase();
  std::erase_if(left, [&](const SupersededFile& file) {
    return std::ranges::any_of(recovery.files, [&](const FileFate& fate) {
      return std::tie(fate.shard, fate.name, fate.digest) == std::tie(file.shard, file.name, file.digest);
    });
  });
  for (auto& fate : erase_files(files_, directory_.path(), left)) recovery.files.push_back(std::move(fate));
  erased.files = recovery.files;
  files_.unlink(directory_.evaluation_path());
  files_.sync_directory(directory_.path());
  std::vector<JournalEntry> entries;
  if (!erased.batches.empty()) entries.emplace_back(std::move(erased));
  entries.emplace_back(BatchCompleted{recovery.batches});
  commit_entries(std::move(entries));
  recovery.erase_seconds = seconds_since(start);
}

}  // namespace expunge
