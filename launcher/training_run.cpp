// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/training_run.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "framework/comm/agreement.hpp"
#include "framework/device/memory.hpp"
#include "framework/log/log.hpp"
#include "launcher/byte_text.hpp"
#include "launcher/data_spec.hpp"
#include "launcher/halt_file.hpp"
#include "launcher/job_board.hpp"
#include "launcher/standard_output.hpp"
#include "launcher/state_size.hpp"
#include "launcher/stop_watch.hpp"

namespace expunge {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

namespace {

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// The root's text, on every rank.
std::string broadcast(Communicator& comm, const std::string& text) {
  const ByteView view = bytes_of(text);
  Bytes bytes(view.begin(), view.end());
  comm.broadcast(bytes, 0);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

TrainingRun::TrainingRun(Session& session, const OptionTable& table, TrainingOptions training, JobOptions job)
    : session_(session),
      comm_(session.comm()),
      table_(table),
      training_(std::move(training)),
      job_(std::move(job)),
      directory_(job_.run) {}

TrainingRun::~TrainingRun() = default;

Exit TrainingRun::run() {
  agree_on_manifest();
  if (job_.dry_run) return print_plan();
  check_numerics();
  std::string stop_reason;
  const std::vector<ShardOutcome> mine = train_shards(stop_reason);
  return report(mine, stop_reason);
}

/// Ends with the same manifest, data set and partition on every rank, and the manifest on disk.
void TrainingRun::agree_on_manifest() {
  std::string stored;
  together(comm_, [&] {
    if (!comm_.is_root()) return;
    if (!job_.dry_run) {
      lock_ = std::make_unique<RunLock>(directory_);
      sweep_temporaries(system_files(), directory_.path());
      if (lock_->died() && directory_.exists())
        log::warning("the job before this one ended without finishing ({}): going on from its last checkpoints",
                     *lock_->died());
    }
    if (directory_.exists()) stored = directory_.manifest().to_json();
  });
  stored = broadcast(comm_, stored);
  resumed_ = !stored.empty();
  if (resumed_) manifest_ = Manifest::from_json(stored, directory_.manifest_path().string());

  together(comm_, [&] {
    if (!resumed_) {
      std::vector<std::string> missing;
      if (training_.data.empty()) missing.emplace_back("--data is missing: what to train on");
      if (training_.model.empty()) missing.emplace_back("--model is missing: what to train");
      if (!missing.empty()) throw UsageError(missing);
    }
    data_ = open_data_of_run(training_.data, manifest_.data);
    if (!resumed_) {
      manifest_.data = data_for_manifest(Spec::parse(training_.data, "data"));
      manifest_.configuration = configuration_of(training_, *data_);
    } else if (const auto found = conflicts(table_, training_, *data_, manifest_); !found.empty()) {
      std::vector<std::string> lines{
          fmt::format("{}: the run was made with another configuration:", directory_.path().string())};
      for (const auto& line : found) lines.push_back("  " + line);
      lines.emplace_back("leave these options out to go on with the run, or choose another --run directory");
      throw UsageError(lines);
    }
  });

  if (!resumed_) {
    const Key drawn = training_.seed.empty() ? Key::random() : Key::parse(training_.seed);
    manifest_.seed = Key::parse(broadcast(comm_, drawn.hex()));
    manifest_.numerics = session_.fingerprint();
  }
  partition_ = std::make_unique<Partition>(
      Partitioner(manifest_.seed, manifest_.configuration.shards, manifest_.configuration.slices), *data_);
  if (job_.dry_run) return;

  const auto start = Clock::now();
  const SetDigest fingerprint = fingerprint_of_data(manifest_.seed);
  check_seconds_ = seconds_since(start);
  if (resumed_) {
    if (fingerprint != manifest_.data_fingerprint)
      throw Failure(fmt::format(
          "{}: these are not the samples that the run was begun with ({}): give the same data, or choose another --run "
          "directory",
          training_.data.empty() ? manifest_.data : training_.data,
          data_->size() == manifest_.samples() ? fmt::format("as many, {}, but not the same", data_->size())
                                               : fmt::format("{} then, {} now", manifest_.samples(), data_->size())));
    return;
  }
  manifest_.data_fingerprint = fingerprint;
  for (std::uint32_t k = 0; k < partition_->shards(); ++k) {
    manifest_.cells.emplace_back();
    for (std::uint32_t r = 1; r <= partition_->slices(); ++r)
      manifest_.cells.back().push_back(partition_->rows(ShardId(k), SliceId(r)).size());
  }
  together(comm_, [&] {
    if (!comm_.is_root()) return;
    publish(system_files(), directory_.manifest_path(), bytes_of(manifest_.to_json()));
    if (const auto empty = partition_->empty_cells(); empty > 0)
      log::warning("{} of {} cells have no samples: legal, but fewer shards or slices would do", empty,
                   partition_->shards() * partition_->slices());
  });
}

/// Ranks read a part each: the sum of the parts is the digest of the whole.
SetDigest TrainingRun::fingerprint_of_data(const Key& seed) const {
  const auto rank = static_cast<std::uint64_t>(comm_.rank());
  const auto ranks = static_cast<std::uint64_t>(comm_.size());
  const std::uint64_t size = data_->size();
  const std::uint64_t first = size * rank / ranks;
  SetDigest digest;
  together(comm_, [&] { digest = set_digest(*data_, first, size * (rank + 1) / ranks - first, data_key(seed)); });
  comm_.sum(std::span(digest.lanes()));
  return digest;
}

void TrainingRun::check_numerics() const {
  const auto found = differences(session_.fingerprint(), manifest_.numerics);
  if (found.empty()) return;
  if (job_.mix_numerics) {
    if (comm_.is_root())
      log::warning(
          "going on under other numerics than the run began with: {}; no one will be able to replay this run bit for "
          "bit",
          fmt::join(found, "; "));
    return;
  }
  std::vector<std::string> lines{fmt::format("{}: this process would not compute the same bits as the run began with:",
                                             directory_.path().string())};
  for (const auto& line : found) lines.push_back("  " + line);
  lines.emplace_back("go on where the run began, or give --mix-numerics and lose the exact replay");
  throw UsageError(lines);
}

Exit TrainingRun::print_plan() const {
  const auto& c = manifest_.configuration;
  std::uint64_t visits = 0;
  std::uint64_t largest = 0;
  for (std::uint32_t k = 0; k < c.shards; ++k) {
    const std::uint64_t shard = shard_visits(c, *partition_, ShardId(k));
    visits += shard;
    largest = std::max(largest, shard);
  }
  const std::uint64_t state = state_bytes(c);
  const std::uint64_t storage = state * c.shards * c.slices;
  const auto used = std::min<std::uint64_t>(c.shards, static_cast<std::uint64_t>(comm_.size()));
  if (!comm_.is_root()) return Exit::kDone;
  if (table_.json()) {
    const Json json{{"dry_run", true},
                    {"run", directory_.path().string()},
                    {"resumes", resumed_},
                    {"samples", data_->size()},
                    {"shards", c.shards},
                    {"slices", c.slices},
                    {"empty_cells", partition_->empty_cells()},
                    {"sample_gradients", visits},
                    {"largest_shard_sample_gradients", largest},
                    {"checkpoint_bytes", state},
                    {"storage_bytes", storage},
                    {"ranks", comm_.size()},
                    {"ranks_with_work", used}};
    fmt::print("{}", document_text(json));
    return Exit::kDone;
  }
  fmt::print("would {} {}\n", resumed_ ? "go on with" : "make", directory_.path().string());
  fmt::print("  data        {} samples, {} classes, placed by {}\n", data_->size(), c.classes,
             c.placed_by_subject ? "subject" : "sample id");
  fmt::print("  cells       {} shards x {} slices, {} empty\n", c.shards, c.slices, partition_->empty_cells());
  fmt::print("  cost        {} sample-gradients, {} in the largest shard\n", visits, largest);
  fmt::print("  storage     {} in {} checkpoints\n", byte_text(storage), c.shards * c.slices);
  fmt::print("  ranks       {}, {} with work\n", comm_.size(), used);
  fmt::print("nothing was written\n");
  return Exit::kDone;
}

std::vector<ShardOutcome> TrainingRun::train_shards(std::string& stop_reason) {
  const auto& c = manifest_.configuration;
  if (comm_.is_root()) {
    clear_stale_halt_file(system_files(), directory_.path());
    if (static_cast<std::uint32_t>(comm_.size()) > c.shards)
      log::info("{} ranks for {} shards: {} have nothing to train", comm_.size(), c.shards,
                static_cast<std::uint32_t>(comm_.size()) - c.shards);
    log::info("{} {}: {} samples in {} shards x {} slices on {} rank{}", resumed_ ? "going on with" : "training",
              directory_.path().string(), data_->size(), c.shards, c.slices, comm_.size(),
              comm_.size() == 1 ? "" : "s");
  }
  std::vector<std::uint64_t> sizes;
  std::uint64_t total = 0;
  for (std::uint32_t k = 0; k < c.shards; ++k) {
    sizes.push_back(shard_visits(c, *partition_, ShardId(k)));
    total += sizes.back();
  }
  JobBoard board(comm_, sizes);
  StopWatch watch(directory_.path(), job_.deadline, board);
  log::Progress progress("training", "samples", total);
  const auto tell = [&] {
    if (comm_.is_root()) progress.update(board.done());
  };

  const ShardContext context{directory_.path(), c,
                             manifest_.seed,    fingerprint_digest(session_.fingerprint()),
                             job_.mix_numerics, session_.device(),
                             &system_files(),   job_.save_interval_seconds};
  std::uint64_t untold = 0;
  auto last_told = Clock::now();
  ShardHooks hooks;
  hooks.stop = [&] { return watch.poll(); };
  hooks.visited = [&](std::uint64_t visits, bool resumed) {
    if (resumed) progress.skip(visits);
    untold += visits;
    if (seconds_since(last_told) < 0.5) return;
    board.add_done(untold);
    untold = 0;
    last_told = Clock::now();
    tell();
  };

  std::vector<ShardOutcome> mine;
  const Outcome outcome = outcome_of([&] {
    while (const auto job = board.next()) {
      const Outcome one = outcome_of([&] {
        mine.push_back(train_shard(context, ShardId(static_cast<std::uint32_t>(*job)), *data_, *partition_, hooks));
      });
      board.add_done(untold);
      untold = 0;
      if (one.exit != Exit::kDone) board.ask_to_stop(StopRequest::kNow);
      board.ended();
      if (one.exit != Exit::kDone) throw Error(one.exit, one.message);
    }
    board.wait_for_others([&] {
      (void)watch.poll();
      tell();
    });
  });
  stop_reason = watch.reason();
  const Outcome agreed = agree(comm_, outcome);
  if (agreed.exit != Exit::kDone) throw Error(agreed.exit, agreed.message);
  return mine;
}

Exit TrainingRun::report(const std::vector<ShardOutcome>& mine, const std::string& stop_reason) {
  // What each rank did, as integers and text, gathered on all.
  Json own{{"gradients", 0},
           {"read", 0},
           {"written", 0},
           {"load", 0.0},
           {"train", 0.0},
           {"checkpoint", 0.0},
           {"peak", peak_resident_bytes()},
           {"reason", stop_reason}};
  for (const auto& outcome : mine) {
    own["gradients"] = own["gradients"].get<std::uint64_t>() + outcome.sample_gradients;
    own["read"] = own["read"].get<std::uint64_t>() + outcome.bytes_read;
    own["written"] = own["written"].get<std::uint64_t>() + outcome.bytes_written;
    own["load"] = own["load"].get<double>() + outcome.load_seconds;
    own["train"] = own["train"].get<double>() + outcome.train_seconds;
    own["checkpoint"] = own["checkpoint"].get<double>() + outcome.checkpoint_seconds;
  }
  const auto all = comm_.gather(bytes_of(own.dump(-1, ' ', false, Json::error_handler_t::replace)));

  bool complete = true;
  together(comm_, [&] {
    if (!comm_.is_root()) return;
    const auto records = directory_.shard_records(manifest_);
    Json shards = Json::array();
    for (const auto& record : records) {
      complete = complete && record.slices.size() == manifest_.configuration.slices;
      shards.push_back(
          {{"shard", record.shard.value()},
           {"stages", record.slices.size()},
           {"samples", partition_->samples(record.shard)},
           {"model_digest", record.slices.empty() ? Json(nullptr) : Json(record.slices.back().model.hex())}});
    }
    std::uint64_t gradients = 0;
    std::uint64_t read = 0;
    std::uint64_t written = 0;
    std::uint64_t peak = 0;
    double load = 0;
    double train = 0;
    double checkpoint = 0;
    std::string reason;
    for (const auto& bytes : all) {
      const Json rank = Json::parse(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
      gradients += rank["gradients"].get<std::uint64_t>();
      read += rank["read"].get<std::uint64_t>();
      written += rank["written"].get<std::uint64_t>();
      peak = std::max(peak, rank["peak"].get<std::uint64_t>());
      load += rank["load"].get<double>();
      train += rank["train"].get<double>();
      checkpoint += rank["checkpoint"].get<double>();
      if (reason.empty()) reason = rank["reason"].get<std::string>();
    }
    if (!complete) remove_halt_file(system_files(), directory_.path());
    const double wall = seconds_since(start_);
    const double rate = train > 0 ? static_cast<double>(gradients) / train : 0;
    if (table_.json()) {
      const Json json{{"run", directory_.path().string()},
                      {"complete", complete},
                      {"resumed", resumed_},
                      {"stopped_by", reason.empty() ? Json(nullptr) : Json(reason)},
                      {"ranks", comm_.size()},
                      {"samples", data_->size()},
                      {"sample_gradients", gradients},
                      {"sample_gradients_per_process_second", rate},
                      {"wall_seconds", wall},
                      {"process_seconds", {{"train", train}, {"checkpoint", checkpoint}, {"load", load}}},
                      {"data_check_seconds", check_seconds_},
                      {"bytes_read", read},
                      {"bytes_written", written},
                      {"peak_resident_bytes", peak},
                      {"shards", shards}};
      fmt::print("{}", document_text(json));
    } else {
      const auto finished = std::count_if(records.begin(), records.end(), [&](const auto& r) {
        return r.slices.size() == manifest_.configuration.slices;
      });
      fmt::print("{}: {} of {} shards complete\n", directory_.path().string(), finished, records.size());
      if (gradients == 0)
        fmt::print("  nothing was trained\n");
      else
        fmt::print("  {} sample-gradients in {:.1f} s on {} rank{}, {:.0f} a second each\n", gradients, wall,
                   comm_.size(), comm_.size() == 1 ? "" : "s", rate);
      if (written > 0)
        fmt::print("  {} of checkpoints written, in {:.1f} % of the training's time\n", byte_text(written),
                   train > 0 ? 100 * checkpoint / train : 0.0);
      if (!complete)
        fmt::print("  stopped by {}: run 'expunge train --run {}' again to go on\n",
                   reason.empty() ? "request" : reason, directory_.path().string());
    }
  });
  std::array<std::int64_t, 1> incomplete{comm_.is_root() && !complete ? 1 : 0};
  comm_.maximum(incomplete);
  return incomplete[0] == 0 ? Exit::kDone : Exit::kStopped;
}

}  // namespace expunge
