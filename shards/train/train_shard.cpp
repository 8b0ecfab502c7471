// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/train/train_shard.hpp"

#include <chrono>
#include <optional>
#include <set>
#include <string>

#include "framework/core/elapsed.hpp"
#include "framework/core/error.hpp"
#include "framework/log/log.hpp"
#include "shards/checkpoint/unfinished_files.hpp"
#include "shards/train/shard_samples.hpp"
#include "shards/train/stage_files.hpp"
#include "shards/train/stage_plan.hpp"
#include "shards/train/stage_trainer.hpp"

namespace expunge {

namespace {

using Clock = std::chrono::steady_clock;

/// The work of one call of `train_shard`.
class ShardRun {
 public:
  ShardRun(const ShardContext& context, ShardId shard, const Partition& partition, const ShardHooks& hooks)
      : context_(context),
        c_(context.configuration),
        shard_(shard),
        partition_(partition),
        hooks_(hooks),
        files_(context, shard, outcome_) {}

  ShardOutcome run(const Dataset& data) {
    context_.files->make_directory(files_.folder());
    outcome_.record =
        read_shard_record(context_.run, shard_, context_.generation).value_or(ShardRecord{shard_, 0, 0, {}});
    if (outcome_.record.slices.empty()) outcome_.record.respects = context_.respects;
    remove_unfinished();
    files_.check(outcome_.record);
    if (outcome_.record.approximation) return left_approximate();
    for (const auto& slice : outcome_.record.slices) tell_visited(visits_of(slice.stage), true);
    if (done() == c_.slices) {
      const Stopwatch watch(outcome_.checkpoint_seconds);
      (void)files_.read(outcome_.record.slices.back().file);
      outcome_.complete = true;
      return outcome_;
    }

    std::optional<ShardSamples> samples;
    {
      const Stopwatch watch(outcome_.load_seconds);
      const bool sequential = c_.slicing == Slicing::kSequential;
      samples.emplace(data, partition_, shard_, SliceId(sequential ? done() + 1 : 1));
    }
    files_.know_samples(data, partition_);
    StageTrainer trainer(c_, context_.seed, shard_, context_.device, context_.order_seed);
    Digest before = take_on_last_state(trainer, *samples);
    while (done() < c_.slices) {
      const SliceId stage(done() + 1);
      if (!run_stage(trainer, *samples, stage, before)) return outcome_;
      before = outcome_.record.slices.back().model;
      if (done() < c_.slices && hooks_.stop && hooks_.stop() != StopRequest::kGoOn) return outcome_;
    }
    outcome_.complete = true;
    return outcome_;
  }

 private:
  [[nodiscard]] std::uint32_t done() const { return static_cast<std::uint32_t>(outcome_.record.slices.size()); }

  [[nodiscard]] std::uint64_t visits_of(SliceId stage) const {
    std::uint64_t samples = 0;
    const std::uint32_t first = c_.slicing == Slicing::kCumulative ? 1 : stage.value();
    for (std::uint32_t slice = first; slice <= stage.value(); ++slice)
      samples += partition_.rows(shard_, SliceId(slice)).size();
    return stage_visits(c_, samples);
  }

  void tell_visited(std::uint64_t visits, bool resumed) const {
    if (hooks_.visited && visits > 0) hooks_.visited(visits, resumed);
  }

  /// A shard that was forgotten approximately is done: what it serves is whole. To train it further, exactly, its
  /// generation begins without the approximation.
  ShardOutcome left_approximate() {
    const SliceRecord* served = outcome_.record.served();
    if (served == nullptr)
      throw Bug(fmt::format("shard {} is being forgotten approximately, not trained", shard_.value()));
    tell_visited(shard_visits(c_, partition_, shard_), true);
    const Stopwatch watch(outcome_.checkpoint_seconds);
    (void)files_.read(served->file);
    outcome_.complete = true;
    return outcome_;
  }

  /// What a killed session may have left, but for the stage that is gone on with.
  void remove_unfinished() {
    std::set<SliceId> under_way;
    if (done() < c_.slices) under_way.insert(SliceId(done() + 1));
    remove_unfinished_files(*context_.files, context_.run, shard_, under_way);
  }

  /// Restores the state after the last published stage, or draws the initial one. Returns its digest.
  Digest take_on_last_state(StageTrainer& trainer, const ShardSamples& samples) {
    const Stopwatch watch(outcome_.checkpoint_seconds);
    if (done() == 0) return model_digest(trainer.initialise());
    const SliceRecord& last = outcome_.record.slices.back();
    const SliceFile file = files_.read(last.file);
    const auto path = files_.folder() / last.file.name;
    files_.check_origin(path, file.provenance, last.stage);
    files_.check_samples(path, file.provenance, samples);
    trainer.restore(file.state);
    return file.provenance.state_after;
  }

  /// Where an earlier session put this stage down, if its progress file is whole and belongs here.
  std::uint64_t take_on_progress(StageTrainer& trainer, const ShardSamples& samples, SliceId stage,
                                 const Digest& before) {
    const auto path = files_.folder() / progress_name(stage);
    if (!std::filesystem::exists(path)) return 0;
    try {
      const SliceFile file = read_slice(path, std::nullopt);
      if (file.provenance.state_before != before)
        throw Failure(fmt::format("{}: it starts from another state", path.string()));
      files_.check_origin(path, file.provenance, stage);
      files_.check_samples(path, file.provenance, samples);
      trainer.restore(file.state);
      return file.provenance.visited;
    } catch (const Failure& failure) {
      log::warning("{}; starting stage {} of shard {} anew", failure.what(), stage.value(), shard_.value());
      context_.files->unlink(path);
      return 0;
    }
  }

  /// Returns false where the stage was put down.
  bool run_stage(StageTrainer& trainer, const ShardSamples& samples, SliceId stage, const Digest& before) {
    SliceFile file;
    std::uint64_t visited = 0;
    const auto progress_path = files_.folder() / progress_name(stage);
    double save_seconds = 0;
    {
      const Stopwatch watch(outcome_.checkpoint_seconds);
      file.provenance = files_.provenance_of(stage, samples, before);
      visited = take_on_progress(trainer, samples, stage, before);
    }
    tell_visited(visited, true);

    Clock::time_point last_save = Clock::now();
    std::uint64_t saved = visited;
    std::uint64_t told = visited;
    StageHooks hooks;
    hooks.observer = hooks_.observer;
    hooks.should_stop = [&] { return hooks_.stop && hooks_.stop() == StopRequest::kNow; };
    hooks.visited = [&](std::uint64_t now) {
      tell_visited(now - told, false);
      told = now;
    };
    hooks.wants_save = [&](bool epoch_ended) {
      const double elapsed = seconds_since(last_save);
      if (elapsed >= context_.save_interval_seconds) return true;
      if (!epoch_ended || elapsed < 1) return false;
      // Progress is thrown away when the stage ends: what is left of it must be worth a file, too.
      const double per_visit = elapsed / static_cast<double>(told - saved);
      return per_visit * static_cast<double>(file.provenance.visits - told) >= 1;
    };
    hooks.save = [&](ModelState state, std::uint64_t so_far) {
      const Stopwatch watch(save_seconds);
      SliceFile progress{file.provenance, std::move(state)};
      progress.provenance.visited = so_far;
      outcome_.bytes_written += write_progress(*context_.files, files_.folder(), progress).bytes;
      last_save = Clock::now();
      saved = so_far;
    };

    const auto start = Clock::now();
    const StageOutcome stage_outcome = trainer.train(stage, samples, visited, hooks);
    const double seconds = seconds_since(start) - save_seconds;
    outcome_.train_seconds += seconds;
    outcome_.checkpoint_seconds += save_seconds;
    outcome_.sample_gradients += stage_outcome.sample_gradients;
    if (!stage_outcome.complete) return false;

    const Stopwatch watch(outcome_.checkpoint_seconds);
    file.state = trainer.state_after_stage();
    outcome_.record.slices.push_back(files_.write(file, samples, seconds));
    files_.publish(outcome_.record);
    if (context_.files->unlink(progress_path) > 0) context_.files->sync_directory(files_.folder());
    return true;
  }

  const ShardContext& context_;
  const TrainingConfiguration& c_;
  ShardId shard_;
  const Partition& partition_;
  const ShardHooks& hooks_;
  ShardOutcome outcome_;
  StageFiles files_;  // counts into the outcome
};

}  // namespace

std::uint64_t shard_visits(const TrainingConfiguration& configuration, const Partition& partition, ShardId shard) {
  std::uint64_t visits = 0;
  std::uint64_t seen = 0;
  for (std::uint32_t slice = 1; slice <= partition.slices(); ++slice) {
    const std::uint64_t here = partition.rows(shard, SliceId(slice)).size();
    seen = configuration.slicing == Slicing::kCumulative ? seen + here : here;
    visits += stage_visits(configuration, seen);
  }
  return visits;
}

ShardOutcome train_shard(const ShardContext& context, ShardId shard, const Dataset& data, const Partition& partition,
                         const ShardHooks& hooks) {
  return ShardRun(context, shard, partition, hooks).run(data);
}

}  // namespace expunge
