// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/verification/verification.hpp"

#include <algorithm>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "framework/comm/agreement.hpp"
#include "framework/comm/communicator.hpp"
#include "framework/log/log.hpp"
#include "launcher/run/halt_file.hpp"
#include "launcher/run/shared_jobs.hpp"
#include "launcher/run/stop_watch.hpp"
#include "launcher/verification/gathered_checks.hpp"
#include "shards/verify/finding.hpp"
#include "shards/verify/leftovers.hpp"
#include "shards/verify/shard_check.hpp"

namespace expunge {

namespace {

/// What became of a list of tasks.
struct ChecksEnd {
  std::vector<ShardCheck> checks;  ///< by shard; those that were begun, where the work was put down
  std::string stop_reason;         ///< why it was put down; empty where it was not
};

/// Collective. Checks shards, each on one rank, the longest first, until all are done or the run is asked to stop: by a
/// signal, its halt file, or the end that Slurm has set. What a rank's failure is, is thrown on all of them.
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

}  // namespace

Verification::Verification(Session& session, VerificationOptions options)
    : session_(session), comm_(session.comm()), options_(std::move(options)), directory_(options_.run) {
  report_.run = directory_.path().string();
  report_.ranks = comm_.size();
}

Verification::~Verification() = default;

Exit Verification::run() {
  take_lock();
  read_records();
  read_shards();
  open_data();
  choose_tasks();
  check_shards();
  together(comm_, [&] { look_at_run(); });
  conclude();
  return answer();
}

/// A run that may only be read is verified all the same: an auditor may have no more than that.
void Verification::take_lock() {
  together(comm_, [&] {
    if (!comm_.is_root()) return;
    (void)directory_.manifest();
    try {
      lock_ = std::make_unique<RunLock>(directory_);
      clear_stale_halt_file(system_files(), directory_.path());
      if (lock_->died())
        log::warning("the job before this one ended without finishing ({}): what it left is told as unfinished",
                     *lock_->died());
    } catch (const Failure& failure) {
      log::warning("verifying without the run's lock, so no job may change it meanwhile: {}", failure.what());
    }
  });
}

/// A journal that does not hold is an answer, not a failure: it is found by rank 0 and told to the others, so that all
/// go the same way.
void Verification::read_records() {
  Manifest manifest;
  std::string problem;
  together(comm_, [&] { manifest = directory_.manifest(); });
  const auto read = [&] {
    Journal journal = Journal::read(directory_.journal_path(), manifest.journal_length, manifest.journal_head);
    History history(journal, manifest.seed);
    records_.emplace(RunRecords{manifest, std::move(journal), std::move(history), {}});
  };
  together(comm_, [&] {
    if (!comm_.is_root()) return;
    try {
      read();
    } catch (const Failure& failure) {
      problem = failure.what();
    }
  });
  problem = broadcast_text(comm_, problem);
  report_.journal_ok = problem.empty();
  report_.journal_length = manifest.journal_length;
  report_.journal_head = manifest.journal_head;
  report_.shards = manifest.configuration.shards;
  if (report_.journal_ok) {
    together(comm_, [&] {
      if (!records_) read();
    });
  } else {
    records_.emplace(RunRecords{manifest, {}, History({}, manifest.seed), {}});
    report_.findings.push_back({"journal", below_run(directory_.path(), directory_.journal_path()), problem});
  }
}

void Verification::read_shards() {
  const Approximations approximations(records_->journal);
  together(comm_, [&] {
    for (std::uint32_t k = 0; k < report_.shards; ++k) tasks_.push_back(read_shard(ShardId(k), approximations));
  });
}

ShardTask Verification::read_shard(ShardId shard, const Approximations& approximations) {
  const std::uint32_t slices = records_->manifest.configuration.slices;
  const History& history = records_->history;
  ShardTask task;
  task.shard = shard;
  try {
    task.record = read_shard_record(directory_.path(), shard).value_or(ShardRecord{shard, 0, 0, {}});
    const auto wrong = [&](std::string_view field, std::uint64_t found, std::uint64_t most) {
      if (found > most) throw Failure(fmt::format("{} is {}, expected at most {}", field, found, most));
    };
    wrong("its number of stages", task.record->slices.size(), slices);
    if (report_.journal_ok) wrong("respects", task.record->respects, history.batches());
  } catch (const Failure& failure) {
    task.record.reset();
    report_.findings.push_back(
        {"record",
         below_run(directory_.path(), shard_folder(directory_.path(), shard) / record_name(Generation::kCurrent)),
         failure.what()});
  }
  const ShardRecord record = task.record.value_or(ShardRecord{shard, 0, 0, {}});
  task.untainted = history.untainted_stages(record);
  task.served_is_stale = record.approximation && history.first_touched(shard, record.respects);
  task.put_back = history.is_put_back(record);
  task.approximating = approximations.is_under_way(shard);
  task.superseded = superseded_for_good(records_->journal, shard);
  if (report_.journal_ok)
    std::ranges::move(approximation_contradictions(directory_.path(), record, slices, approximations),
                      std::back_inserter(report_.findings));
  report_.stages_on_record += record.slices.size();
  records_->shards.push_back(record);
  return task;
}

/// Who is live is known from the journal alone.
void Verification::open_data() {
  report_.not_comparable = differences(session_.fingerprint(), records_->manifest.numerics);
  if (!report_.journal_ok) return;
  together(comm_, [&] { data_.emplace(RunData::open(options_.data, *records_)); });
  check_samples(comm_, options_.data.empty() ? records_->manifest.data : options_.data, *data_->data, *records_);
}

void Verification::choose_tasks() {
  std::set<ShardId> selected;
  for (const auto shard : options_.shards) {
    if (shard >= report_.shards)
      throw UsageError(
          fmt::format("--shard {}: the run has {} shards, 0 to {}", shard, report_.shards, report_.shards - 1));
    selected.insert(ShardId(shard));
  }
  const bool is_all = options_.shards.empty() && !options_.touched;
  for (const auto& task : tasks_)
    if (is_all || (options_.touched && records_->history.first_touched(task.shard, 0))) selected.insert(task.shard);
  report_.selection = is_all ? "all" : options_.touched ? "touched" : "shards";
  report_.selected.assign(selected.begin(), selected.end());
  if (options_.sample)
    pick_stages();
  else
    for (const auto shard : selected) tasks_[shard.value()].from_scratch = true;
}

void Verification::pick_stages() {
  ChallengeReport challenge;
  challenge.drawn = options_.challenge.empty();
  challenge.hex = broadcast_text(comm_, challenge.drawn ? Key::random().hex() : options_.challenge);
  challenge.fraction = *options_.sample;
  std::vector<StageName> stages;
  for (const auto shard : report_.selected)
    for (std::uint32_t r = 1; r <= tasks_[shard.value()].untainted; ++r) stages.push_back({shard, SliceId(r)});
  challenge.stages =
      picked_stages(stages, from_hex(challenge.hex), records_->manifest.journal_head, challenge.fraction);
  for (const auto& picked : challenge.stages) tasks_[picked.shard.value()].stages.push_back(picked.stage);
  report_.challenge = std::move(challenge);
}

void Verification::check_shards() {
  const Digest fingerprint = fingerprint_digest(session_.fingerprint());
  const ShardCheckSetting setting{.run = directory_.path(),
                                  .configuration = records_->manifest.configuration,
                                  .seed = records_->manifest.seed,
                                  .device = session_.device(),
                                  .fingerprint = fingerprint,
                                  .comparable = report_.not_comparable.empty(),
                                  .data = data_ ? data_->data.get() : nullptr,
                                  .live = data_ ? &data_->live : nullptr,
                                  .deletions = records_->history.batches() > 0};
  if (comm_.is_root())
    log::info("verifying {}: {} of {} shards on {} rank{}", directory_.path().string(), report_.selected.size(),
              report_.shards, comm_.size(), comm_.size() == 1 ? "" : "s");
  ChecksEnd end = run_checks(comm_, setting, tasks_);
  checks_ = std::move(end.checks);
  report_.stopped_by = std::move(end.stop_reason);
}

/// What is looked at once for the whole run: by rank 0.
void Verification::look_at_run() {
  if (!comm_.is_root()) return;
  const Manifest& manifest = records_->manifest;
  Leftovers leftovers =
      run_leftovers(directory_.path(), manifest.configuration.shards, {manifest.journal_length, manifest.journal_head});
  std::ranges::move(leftovers.findings, std::back_inserter(report_.findings));
  std::ranges::move(leftovers.unfinished, std::back_inserter(report_.unfinished));
  // Nobody was promised what it says, and the next job cuts it off.
  if (records_->journal.bytes_beyond() > 0)
    report_.unfinished.push_back(below_run(directory_.path(), directory_.journal_path()));
  report_.not_erased = not_erased(records_->journal);
  report_.pending_batches = records_->history.pending();
  for (const auto& record : records_->shards) {
    const SliceRecord* served = record.served();
    const std::uint32_t stages = served == nullptr ? 0 : served->stage.value();
    if (stages < manifest.configuration.slices && tasks_[record.shard.value()].record)
      report_.incomplete.push_back({record.shard, stages, why_incomplete(record)});
  }
}

std::string Verification::why_incomplete(const ShardRecord& record) const {
  for (const auto batch : records_->history.pending())
    if (records_->history.first_touched(record.shard, batch - 1)) return "recovery pending";
  return "training not complete";
}

/// Puts what the ranks found into one report: on every rank the same, but for what rank 0 alone looked at.
void Verification::conclude() {
  for (const auto& check : checks_) {
    const ShardTask& task = tasks_[check.shard.value()];
    std::ranges::copy(check.findings, std::back_inserter(report_.findings));
    std::ranges::copy(check.unfinished, std::back_inserter(report_.unfinished));
    std::ranges::copy(check.differences, std::back_inserter(report_.differences));
    if (check.approximation) report_.approximate.push_back(*check.approximation);
    report_.stages_checked += check.stages_checked;
    report_.sample_gradients += check.sample_gradients;
    const bool is_replayed = data_ && report_.not_comparable.empty() && (task.from_scratch || !task.stages.empty());
    if (is_replayed && check.complete) ++report_.shards_checked;
  }
  // Told once the shards are counted: a stage of its own is no reason to leave the others unchecked.
  if (report_.not_comparable.empty())
    for (const auto& check : checks_)
      for (const auto stage : check.other_numerics)
        report_.not_comparable.push_back(
            fmt::format("shard {}, stage {} was trained under other numerics", check.shard.value(), stage.value()));
  std::ranges::sort(report_.unfinished);
}

Exit Verification::answer() {
  std::string words;
  together(comm_, [&] {
    if (!comm_.is_root()) return;
    report_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    const Verdict verdict = report_.verdict();
    if (verdict == Verdict::kStopped && lock_) remove_halt_file(system_files(), directory_.path());
    const bool is_answer =
        verdict == Verdict::kEqual || verdict == Verdict::kApproximate || verdict == Verdict::kRefuted;
    if (lock_ && is_answer) {
      try {
        publish(system_files(), directory_.path() / "verification.json", bytes_of(to_json_text(report_, now())));
      } catch (const Failure& failure) {
        log::info("the verdict is not kept in the run: {}", failure.what());
      }
    }
    fmt::print("{}", options_.json ? to_json_text(report_) : to_text(report_));
    words = fmt::format("{}{}", static_cast<char>('0' + static_cast<int>(verdict)), report_.sentence());
  });
  words = broadcast_text(comm_, words);
  const auto verdict = static_cast<Verdict>(words.front() - '0');
  if (verdict == Verdict::kNotComparable || verdict == Verdict::kApproximate) throw Failure(words.substr(1));
  return exit_of(verdict);
}

}  // namespace expunge
