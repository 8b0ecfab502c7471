// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/training/training_run.hpp"

#include <array>

#include <fmt/format.h>

#include "framework/comm/agreement.hpp"
#include "framework/comm/communicator.hpp"
#include "framework/core/elapsed.hpp"
#include "framework/log/log.hpp"
#include "launcher/run/data_fingerprint.hpp"
#include "launcher/run/data_spec.hpp"
#include "launcher/run/halt_file.hpp"
#include "launcher/training/training_plan.hpp"
#include "shards/train/train_shard.hpp"

namespace expunge {

using Clock = std::chrono::steady_clock;

TrainingRun::TrainingRun(Session& session, const OptionTable& table, TrainingOptions training, JobOptions job)
    : session_(session),
      comm_(session.comm()),
      table_(table),
      training_(std::move(training)),
      job_(std::move(job)),
      directory_(job_.run) {}

TrainingRun::~TrainingRun() = default;

Exit TrainingRun::run() {
  open();
  if (job_.dry_run) return print_plan();
  require_numerics_of_run(comm_, session_.fingerprint(), directory_, manifest_, job_.mix_numerics);
  return report(train());
}

/// Ends with the same manifest, data set and partition on every rank, and the manifest on disk.
void TrainingRun::open() {
  const std::string stored = take_lock_and_read_manifest();
  resumed_ = !stored.empty();
  if (resumed_) {
    manifest_ = Manifest::from_json(stored, directory_.manifest_path().string());
    together(comm_, [&] { read_records(); });
  }
  together(comm_, [&] { open_data(); });
  if (!resumed_) begin_manifest();
  const auto& c = manifest_.configuration;
  const auto is_live = [&](SampleId id) { return !records_ || !records_->history.is_deleted(id); };
  partition_ = std::make_unique<Partition>(Partitioner(manifest_.seed, c.shards, c.slices), *data_, is_live);
  if (!job_.dry_run) check_run_samples();
}

/// Training goes on only where nothing is left to forget: what is would be trained on again.
void TrainingRun::read_records() {
  records_.emplace(RunRecords::read(directory_));
  refuse_old_copies(directory_, *records_);
  if (records_->history.pending().empty()) return;
  throw UsageError(fmt::format(
      "{}: deletion requests are not worked off here: finish them with 'expunge unlearn --run {} --recover', "
      "then go on training",
      directory_.path().string(), directory_.path().string()));
}

std::string TrainingRun::take_lock_and_read_manifest() {
  std::string stored;
  together(comm_, [&] {
    if (!comm_.is_root()) return;
    if (!job_.dry_run) {
      lock_ = std::make_unique<RunLock>(directory_);
      sweep_temporaries(system_files(), directory_.path());
      clear_stale_halt_file(system_files(), directory_.path());
      if (lock_->died() && directory_.exists())
        log::warning("the job before this one ended without finishing ({}): going on from its last checkpoints",
                     *lock_->died());
    }
    if (directory_.exists()) stored = directory_.manifest().to_json();
  });
  return broadcast_text(comm_, stored);
}

void TrainingRun::open_data() {
  if (!resumed_) {
    std::vector<std::string> missing;
    if (training_.data.empty()) missing.emplace_back("--data is missing: what to train on");
    if (training_.configuration.model.empty()) missing.emplace_back("--model is missing: what to train");
    if (!missing.empty()) throw UsageError(missing);
  }
  data_ = open_data_of_run(training_.data, manifest_.data);
  if (!resumed_) {
    manifest_.data = data_for_manifest(Spec::parse(training_.data, "data"));
    manifest_.configuration = configuration_of(training_, *data_);
    return;
  }
  const auto found = conflicts(table_, training_, *data_, manifest_);
  if (found.empty()) return;
  std::vector<std::string> lines{
      fmt::format("{}: the run was made with another configuration:", directory_.path().string())};
  for (const auto& line : found) lines.push_back("  " + line);
  lines.emplace_back("leave these options out to go on with the run, or choose another --run directory");
  throw UsageError(lines);
}

void TrainingRun::begin_manifest() {
  const Key drawn = training_.seed.empty() ? Key::random() : Key::parse(training_.seed);
  manifest_.seed = Key::parse(broadcast_text(comm_, drawn.hex()));
  manifest_.numerics = session_.fingerprint();
}

/// The samples are those of the run; where the run begins, they are written down and the manifest with them.
void TrainingRun::check_run_samples() {
  const auto start = Clock::now();
  if (resumed_) {
    check_samples(comm_, training_.data.empty() ? manifest_.data : training_.data, *data_, *records_);
    check_seconds_ = seconds_since(start);
    return;
  }
  const SetDigest fingerprint = data_fingerprint(comm_, *data_, data_key(manifest_.seed));
  check_seconds_ = seconds_since(start);
  manifest_.data_fingerprint = fingerprint;
  for (std::uint32_t k = 0; k < partition_->shards(); ++k) {
    manifest_.cells.emplace_back();
    for (std::uint32_t r = 1; r <= partition_->slices(); ++r)
      manifest_.cells.back().push_back(partition_->rows(ShardId(k), SliceId(r)).size());
  }
  together(comm_, [&] {
    if (comm_.is_root()) publish(system_files(), directory_.manifest_path(), bytes_of(manifest_.to_json()));
  });
}

Exit TrainingRun::print_plan() const {
  TrainingPlan plan = plan_training(manifest_.configuration, *partition_);
  plan.run = directory_.path().string();
  plan.resumes = resumed_;
  plan.ranks = comm_.size();
  if (comm_.is_root()) fmt::print("{}", table_.json() ? to_json_text(plan) : to_text(plan));
  return Exit::kDone;
}

void TrainingRun::say_what_begins() const {
  if (!comm_.is_root()) return;
  const auto& c = manifest_.configuration;
  const auto ranks = static_cast<std::uint32_t>(comm_.size());
  if (const auto empty = partition_->empty_cells(); empty > 0 && !resumed_)
    log::warning("{} of {} cells have no samples: legal, but fewer shards or slices would do", empty,
                 std::uint64_t{c.shards} * c.slices);
  if (ranks > c.shards)
    log::info("{} ranks for {} shards: {} have nothing to train", ranks, c.shards, ranks - c.shards);
  log::info("{} {}: {} samples in {} shards x {} slices on {} rank{}", resumed_ ? "going on with" : "training",
            directory_.path().string(), records_ ? records_->live() : data_->size(), c.shards, c.slices, ranks,
            ranks == 1 ? "" : "s");
}

ShardJobsEnd TrainingRun::train() {
  say_what_begins();
  const auto& c = manifest_.configuration;
  std::vector<ShardJob> jobs;
  for (std::uint32_t k = 0; k < c.shards; ++k) {
    if (records_ && records_->shards.at(k).approximation) {
      if (comm_.is_root())
        log::info(
            "shard {} is complete, and approximate by {}: it is left alone; 'expunge unlearn --run {} --heal' "
            "retrains it exactly",
            k, records_->shards.at(k).approximation->method, directory_.path().string());
      continue;
    }
    jobs.push_back({ShardId(k), Generation::kCurrent, shard_visits(c, *partition_, ShardId(k))});
  }
  const ShardContext context{.run = directory_.path(),
                             .configuration = c,
                             .seed = manifest_.seed,
                             .fingerprint = fingerprint_digest(session_.fingerprint()),
                             .mix_numerics = job_.mix_numerics,
                             .device = session_.device(),
                             .files = &system_files(),
                             .save_interval_seconds = job_.save_interval_seconds,
                             .respects = records_ ? records_->history.batches() : 0};
  return train_shards(session_, context, jobs, *data_, *partition_, job_.deadline, "training");
}

Exit TrainingRun::report(const ShardJobsEnd& end) {
  std::array<std::int64_t, 1> incomplete{0};
  together(comm_, [&] {
    if (!comm_.is_root()) return;
    TrainingReport report;
    report.run = directory_.path().string();
    report.resumed = resumed_;
    report.stopped_by = end.stop_reason;
    report.ranks = comm_.size();
    report.samples = records_ ? records_->live() : data_->size();
    report.slices = manifest_.configuration.slices;
    report.data_check_seconds = check_seconds_;
    report.work = end.work;
    report.shards = directory_.shard_records(manifest_);
    for (const auto& shard : report.shards) report.shard_samples.push_back(partition_->samples(shard.shard));
    report.wall_seconds = seconds_since(start_);
    if (!report.complete()) {
      incomplete[0] = 1;
      remove_halt_file(system_files(), directory_.path());
    }
    fmt::print("{}", table_.json() ? to_json_text(report) : to_text(report));
  });
  comm_.maximum(incomplete);
  return incomplete[0] == 0 ? Exit::kDone : Exit::kStopped;
}

}  // namespace expunge
