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
#include "shards/train/constituent_trainer.hpp"
#include "shards/train/recorder.hpp"
#include "shards/train/shard_samples.hpp"
#include "shards/train/stage_files.hpp"
#include "shards/train/stage_plan.hpp"

namespace expunge {

namespace {

using Clock = std::chrono::steady_clock;

/// Keeps the progress of one stage in its file: where a save has become worth its time, and where the stage stops.
class StageProgress : public ProgressKeeper {
 public:
  /// `visited` of the stage's samples are done.
  StageProgress(const ShardContext& context, const StageFiles& files, const Provenance& provenance,
                const Recorder* recorder, std::uint64_t visited)
      : context_(context), files_(files), provenance_(provenance), recorder_(recorder), saved_(visited) {}

  [[nodiscard]] double seconds() const { return seconds_; }
  [[nodiscard]] std::uint64_t bytes_written() const { return bytes_written_; }

  [[nodiscard]] bool wants_save(std::uint64_t visited, bool epoch_ended) override {
    const double elapsed = seconds_since(last_save_);
    if (elapsed >= context_.save_interval_seconds) return true;
    if (!epoch_ended || elapsed < 1) return false;
    // Progress is thrown away when the stage ends: what is left of it must be worth a file, too.
    const double per_visit = elapsed / static_cast<double>(visited - saved_);
    return per_visit * static_cast<double>(provenance_.visits - visited) >= 1;
  }

  void save(ModelState state, std::uint64_t visited) override {
    const Stopwatch watch(seconds_);
    SliceFile progress{provenance_, std::move(state), recorder_ == nullptr ? Bytes{} : recorder_->save()};
    progress.provenance.visited = visited;
    bytes_written_ += write_progress(*context_.files, files_.folder(), progress).bytes;
    last_save_ = Clock::now();
    saved_ = visited;
  }

 private:
  const ShardContext& context_;
  const StageFiles& files_;
  const Provenance& provenance_;
  const Recorder* recorder_;
  Clock::time_point last_save_ = Clock::now();
  std::uint64_t saved_;  // visited when the last save was made
  double seconds_ = 0;
  std::uint64_t bytes_written_ = 0;
};

/// The work of one call of `train_shard`: what restores, resumes, times and publishes around the trainer.
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
    for (const auto& slice : outcome_.record.slices) hooks_.report(visits_of(slice.stage), true);
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
    ConstituentTrainer trainer(c_, context_.seed, {&shard_, 1}, context_.device, context_.order_seed);
    Digest before = take_on_last_state(trainer, *samples);
    while (done() < c_.slices) {
      const SliceId stage(done() + 1);
      if (!run_stage(trainer, *samples, stage, before)) return outcome_;
      before = outcome_.record.slices.back().model;
      if (done() < c_.slices && hooks_.stop_after_stage()) return outcome_;
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

  /// A shard that was forgotten approximately is done: what it serves is whole. To train it further, exactly, its
  /// generation begins without the approximation.
  ShardOutcome left_approximate() {
    const SliceRecord* served = outcome_.record.served();
    if (served == nullptr)
      throw Bug(fmt::format("shard {} is being forgotten approximately, not trained", shard_.value()));
    hooks_.report(shard_visits(c_, partition_, shard_), true);
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
  Digest take_on_last_state(ConstituentTrainer& trainer, const ShardSamples& samples) {
    const Stopwatch watch(outcome_.checkpoint_seconds);
    if (done() == 0) return model_digest(trainer.initialise(shard_));
    const SliceRecord& last = outcome_.record.slices.back();
    const SliceFile file = files_.read(last.file);
    const auto path = files_.folder() / last.file.name;
    files_.check_origin(path, file.provenance, last.stage);
    files_.check_samples(path, file.provenance, samples);
    trainer.restore(shard_, file.state);
    return file.provenance.state_after;
  }

  /// Where an earlier session stopped this stage, if its progress file is whole and belongs here.
  std::uint64_t take_on_progress(ConstituentTrainer& trainer, const ShardSamples& samples, SliceId stage,
                                 const Digest& before) {
    const auto path = files_.folder() / progress_name(stage);
    if (!std::filesystem::exists(path)) return 0;
    try {
      const SliceFile file = read_slice(path, std::nullopt);
      if (file.provenance.state_before != before)
        throw Failure(fmt::format("{}: it starts from another state", path.string()));
      files_.check_origin(path, file.provenance, stage);
      files_.check_samples(path, file.provenance, samples);
      if (hooks_.recorder != nullptr) {
        if (file.recorder.empty())
          throw Failure(fmt::format("{}: it was kept without what is recorded now", path.string()));
        hooks_.recorder->resume_stage(shard_, stage, file.recorder);
      }
      trainer.restore(shard_, file.state);
      return file.provenance.visited;
    } catch (const Failure& failure) {
      log::warning("{}; starting stage {} of shard {} anew", failure.what(), stage.value(), shard_.value());
      context_.files->unlink(path);
      return 0;
    }
  }

  /// Returns false where the stage was stopped.
  bool run_stage(ConstituentTrainer& trainer, const ShardSamples& samples, SliceId stage, const Digest& before) {
    SliceFile file;
    std::uint64_t visited = 0;
    const auto progress_path = files_.folder() / progress_name(stage);
    {
      const Stopwatch watch(outcome_.checkpoint_seconds);
      file.provenance = files_.provenance_of(stage, samples, before);
      visited = take_on_progress(trainer, samples, stage, before);
    }
    hooks_.report(visited, true);

    StageProgress progress(context_, files_, file.provenance, hooks_.recorder, visited);
    const auto start = Clock::now();
    const StageOutcome stage_outcome = trainer.train({shard_, stage, samples, hooks_, visited, &progress});
    const double seconds = seconds_since(start) - progress.seconds();
    outcome_.train_seconds += seconds;
    outcome_.checkpoint_seconds += progress.seconds();
    outcome_.bytes_written += progress.bytes_written();
    outcome_.sample_gradients += stage_outcome.sample_gradients;
    if (!stage_outcome.complete) return false;

    const Stopwatch watch(outcome_.checkpoint_seconds);
    file.state = trainer.state(shard_);
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
