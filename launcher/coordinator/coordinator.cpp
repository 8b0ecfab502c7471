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
#include "launcher/run/workspace.hpp"
#include "shards/checkpoint/generation.hpp"
#include "shards/checkpoint/unfinished_files.hpp"

namespace expunge {

namespace {

using Clock = std::chrono::steady_clock;

/// The journal has no use for what it holds already, nor for what names nobody.
bool is_accepted(const ResolvedRequest& request) {
  using Status = ResolvedRequest::Status;
  return request.status == Status::kToDelete || request.status == Status::kAlreadyAbsent;
}

}  // namespace

std::uint64_t files_kept(const std::vector<FileFate>& files) {
  return static_cast<std::uint64_t>(std::ranges::count(files, kKeptFate, &FileFate::fate));
}

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
    take_method_on();
    data_.emplace(RunData::open(options_.data, *records_, options_.opened));
    if (comm_.is_root() && !only_look) remove_unfinished();
  });
}

/// Refused before anything is promised by it.
void Coordinator::take_method_on() {
  method_ = parse_unlearning_method(options_.method);
  if (!method_.entry->takes_requests)
    throw UsageError("heal forgets no samples, it retrains what is served approximately: run 'expunge unlearn --heal'");
  if (const auto unmet = unmet_need(method_, records_->manifest.configuration); !unmet.empty())
    throw UsageError(fmt::format("{}: {} {}: choose another method, or train with --slicing sequential",
                                 directory_.path().string(), method_.text, unmet));
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
  batch.method = method_.text;
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
  for (const auto& file : files_to_erase(*records_)) promised[file.shard].insert(file.name);
  for (const auto& record : records_->shards) {
    std::set<SliceId> under_way;
    const Generations generations = read_generations(directory_.path(), record.shard);
    for (const auto* trained : {&generations.current, generations.next ? &*generations.next : nullptr})
      // A method that is under way keeps no progress within a stage.
      if (trained != nullptr && !trained->approximation && trained->slices.size() < c.slices)
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
  reload_after(acceptance, static_cast<std::uint64_t>(batch[0]));
  return acceptance;
}

std::vector<SupersededFile> Coordinator::approximate_files() const {
  std::vector<SupersededFile> files;
  for (const auto& record : records_->shards) {
    if (!record.approximation) continue;
    const SliceId after_exact(static_cast<std::uint32_t>(record.slices.size()) + 1);
    for (auto& file : newly_superseded(directory_.path(), read_generations(directory_.path(), record.shard),
                                       records_->history, after_exact))
      files.push_back(std::move(file));
  }
  return files;
}

Acceptance Coordinator::accept_healing() {
  Acceptance acceptance;
  std::array<std::int64_t, 1> batch{0};
  together(comm_, [&] {
    if (!comm_.is_root()) return;
    const auto start = Clock::now();
    BatchAccepted accepted;
    accepted.method = "heal";
    accepted.supersedes = approximate_files();
    if (accepted.supersedes.empty()) return;
    accepted.batch = records_->history.batches() + 1;
    for (const auto& record : records_->shards) accepted.before.push_back(served_state(record));
    batch[0] = static_cast<std::int64_t>(accepted.batch);
    commit_entries({std::move(accepted)});
    acceptance.journal_seconds = seconds_since(start);
  });
  comm_.maximum(batch);
  reload_after(acceptance, static_cast<std::uint64_t>(batch[0]));
  return acceptance;
}

void Coordinator::reload_after(Acceptance& acceptance, std::uint64_t batch) {
  acceptance.batch = batch;
  if (batch == 0) return;
  const auto start = Clock::now();
  reload();
  acceptance.reload_seconds = seconds_since(start);
}

/// Answers and workspaces that came of what is erased now. Each is made again on request.
void Coordinator::remove_what_depends_on_models() const {
  files_.unlink(directory_.evaluation_path());
  files_.sync_directory(directory_.path());
  remove_workspaces(files_, directory_.path());
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
    for (const auto& [shard, asked] : pending()) {
      const Generations generations = read_generations(directory_.path(), shard);
      const bool touched = std::ranges::any_of(
          asked.promised, [&](std::uint64_t batch) { return std::ranges::binary_search(line.batches, batch); });
      const bool behind = touched && generations.current.respects < records_->history.batches();
      // One that was published and is approximate is not what a rollback is for, whatever its batch has still to erase.
      const bool rolls = asked.replaced || (!generations.current.approximation && (generations.next || behind));
      if (rolls) roll_back(files_, directory_.path(), generations, records_->history);
      if (asked.replaced) forgetting.shards.push_back(shard);
      if (rolls || touched)
        line.after.push_back(
            served_state(read_shard_record(directory_.path(), shard).value_or(ShardRecord{shard, 0, 0, {}})));
    }
    forgetting.files = erase_files(files_, directory_.path(), files_to_erase(*records_));
    remove_what_depends_on_models();
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
  return plan_work(directory_.path(), *records_, live(), pending());
}

}  // namespace expunge
