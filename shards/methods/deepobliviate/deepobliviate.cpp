// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/methods/deepobliviate/deepobliviate.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "framework/core/elapsed.hpp"
#include "framework/core/error.hpp"
#include "framework/log/log.hpp"
#include "shards/checkpoint/stitching.hpp"
#include "shards/checkpoint/unfinished_files.hpp"
#include "shards/methods/deepobliviate/old_trajectory.hpp"
#include "shards/methods/deepobliviate/stop_judge.hpp"
#include "shards/train/constituent_trainer.hpp"
#include "shards/train/stage_files.hpp"
#include "shards/train/stage_plan.hpp"

namespace expunge {

namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kName = "deepobliviate";

using Verdict = StopJudge::Verdict;

/// The work of one call of `deepobliviate_shard` on a shard that has an old trajectory.
class Obliviation {
 public:
  Obliviation(const ShardContext& context, const ShardUnlearning& task, const Partition& live, const ShardHooks& hooks,
              ShardRecord next, const OldTrajectory& old)
      : context_(context),
        c_(context.configuration),
        task_(task),
        rule_(parse_stop_rule(Spec::parse(task.method, "method"))),
        live_(live),
        hooks_(hooks),
        old_(old),
        files_(context, task.shard, outcome_),
        exact_(next.approximation->tail.empty()) {
    outcome_.record = std::move(next);
  }

  ShardOutcome run(const Dataset& data) {
    remove_unfinished_files(*context_.files, context_.run, task_.shard, {});
    files_.check(outcome_.record);
    for (std::uint32_t r = 1; r <= done(); ++r) hooks_.report(visits_of(SliceId(r)), true);
    std::optional<ShardSamples> samples;
    {
      const Stopwatch watch(outcome_.load_seconds);
      samples.emplace(data, live_, task_.shard, SliceId(done() + 1));
    }
    files_.know_samples(data, live_);
    ConstituentTrainer trainer(c_, context_.seed, {&task_.shard, 1}, context_.device, context_.order_seed);
    Verdict verdict = go_back_over(trainer, *samples);
    while (verdict == Verdict::kGoOn) {
      const auto judged = run_stage(trainer, *samples, SliceId(done() + 1));
      if (!judged) return outcome_;
      if (is_served()) break;
      verdict = *judged;
      if (verdict == Verdict::kGoOn && hooks_.stop_after_stage()) return outcome_;
    }
    if (verdict == Verdict::kGoOn && rule_.epsilon > 0)
      outcome_.fallbacks.push_back(
          fmt::format("shard {} was retrained to its end ({})", task_.shard.value(), judge_->memory().why()));
    if (verdict == Verdict::kStitch) stitch(*samples);
    if (verdict == Verdict::kUnchanged) keep_the_rest(*samples);
    outcome_.complete = true;
    return outcome_;
  }

 private:
  [[nodiscard]] Approximation& approximation() { return *outcome_.record.approximation; }

  [[nodiscard]] std::uint32_t done() const { return stages_of(outcome_.record); }

  [[nodiscard]] bool is_served() const { return outcome_.record.served() != nullptr; }

  [[nodiscard]] std::uint64_t visits_of(SliceId stage) const {
    return stage_visits(c_, live_.rows(task_.shard, stage).size());
  }

  [[nodiscard]] const SliceRecord& last_stage() {
    return exact_ ? outcome_.record.slices.back() : approximation().tail.back().slice;
  }

  /// Goes over what an earlier session retrained, and takes on the state from which to go on.
  Verdict go_back_over(ConstituentTrainer& trainer, const ShardSamples& samples) {
    first_ = old_.common_with(outcome_.record) + 1;
    judge_.emplace(rule_, task_.last, c_.slices,
                   first_ == 1 ? trainer.initialise(task_.shard) : state_after(SliceId(first_ - 1)));
    Verdict verdict = Verdict::kGoOn;
    for (SliceId stage(first_); stage.value() <= done(); stage = SliceId(stage.value() + 1)) {
      verdict = judge(stage, state_after(stage));
      add_cost(stage_record(stage));
    }
    check_last(samples);
    const Stopwatch watch(outcome_.checkpoint_seconds);
    trainer.restore(task_.shard, judge_->retrained());
    return verdict;
  }

  [[nodiscard]] const SliceRecord& stage_record(SliceId stage) {
    const auto& slices = outcome_.record.slices;
    return stage.value() <= slices.size() ? slices[stage.value() - 1]
                                          : approximation().tail.at(stage.value() - slices.size() - 1).slice;
  }

  void add_cost(const SliceRecord& slice) {
    sample_gradients_ += slice.sample_gradients;
    earlier_seconds_ += slice.train_seconds;
  }

  ModelState state_after(SliceId stage) {
    const Stopwatch watch(outcome_.checkpoint_seconds);
    outcome_.bytes_read += stage_record(stage).file.bytes;
    return *read_state_after(context_.run, outcome_.record, stage);
  }

  /// The stage from which to go on belongs to the run as it is; and, if no deleted sample may be in it, to the samples
  /// that live now.
  void check_last(const ShardSamples& samples) {
    if (done() == 0) return;
    const Stopwatch watch(outcome_.checkpoint_seconds);
    const SliceRecord& last = last_stage();
    const SliceFile file = files_.read(last.file);
    const auto path = files_.folder() / last.file.name;
    files_.check_origin(path, file.provenance, last.stage);
    if (exact_ || done() >= first_) files_.check_samples(path, file.provenance, samples);
  }

  /// Takes the state after a retrained stage into the residual memory.
  Verdict judge(SliceId stage, ModelState state) {
    const Stopwatch watch(outcome_.bookkeeping_seconds);
    ModelState old_state = old_.parameters_after(stage, outcome_.bytes_read);
    const auto is_same = [&](const ModelState& now) { return now == old_.state_after(stage, outcome_.bytes_read); };
    return judge_->take(stage, !live_.rows(task_.shard, stage).empty(), std::move(old_state), std::move(state),
                        is_same);
  }

  /// Nothing where the stage was put down.
  std::optional<Verdict> run_stage(ConstituentTrainer& trainer, const ShardSamples& samples, SliceId stage) {
    SliceFile file;
    {
      const Stopwatch watch(outcome_.checkpoint_seconds);
      file.provenance = files_.provenance_of(stage, samples, model_digest(judge_->retrained()));
      if (!exact_) file.provenance.approximation = task_.method;
    }
    const auto start = Clock::now();
    const StageOutcome trained = trainer.train({task_.shard, stage, samples, hooks_});
    const double seconds = seconds_since(start);
    outcome_.train_seconds += seconds;
    outcome_.sample_gradients += trained.sample_gradients;
    if (!trained.complete) return std::nullopt;
    std::optional<SliceRecord> slice;
    {
      const Stopwatch watch(outcome_.checkpoint_seconds);
      file.state = trainer.state(task_.shard);
      slice = files_.write(file, samples, seconds);
    }
    const Verdict verdict = judge(stage, std::move(file.state));
    sample_gradients_ += slice->sample_gradients;
    const Stopwatch watch(outcome_.checkpoint_seconds);
    put_on_record(*slice);
    return verdict;
  }

  void put_on_record(const SliceRecord& slice) {
    const bool is_last = slice.stage.value() == c_.slices;
    if (exact_) {
      outcome_.record.slices.push_back(slice);
      if (is_last) outcome_.record.approximation.reset();
    } else if (is_last) {
      serve(slice, slice.stage, Verdict::kGoOn);
    } else {
      // What it saw of deleted samples came to it through the stage before.
      const auto tainted_by = approximation().tail.back().tainted_by;
      approximation().tail.push_back({slice, {}, tainted_by});
    }
    files_.publish(outcome_.record);
  }

  /// Keeps the old stages after the one where retraining stopped, shifted by what it changed.
  void stitch(const ShardSamples& samples) {
    const Stopwatch watch(outcome_.bookkeeping_seconds);
    const SliceId stopped(done());
    const Digest origin = model_digest(judge_->retrained());
    const ModelState offset = offset_between(judge_->retrained(), judge_->old_state());
    std::optional<StoredFile> stored;
    if (stopped.value() + 1 < c_.slices) {
      SliceFile file{files_.provenance_of(stopped, samples, origin), offset};
      file.provenance.approximation = task_.method;
      stored = write_offset(*context_.files, files_.folder(), file);
      outcome_.bytes_written += stored->bytes;
    }
    const SliceId end(c_.slices);
    const SliceRecord served =
        write_served(samples, origin, with_offset(old_.state_after(end, outcome_.bytes_read), offset));
    append_old_tail(stored);
    serve(served, stopped, Verdict::kStitch);
    files_.publish(outcome_.record);
  }

  /// Retraining came back to the state that is stored: what follows would be trained to the bits that it has.
  void keep_the_rest(const ShardSamples& samples) {
    const Stopwatch watch(outcome_.bookkeeping_seconds);
    const SliceId stopped(done());
    Digest before = model_digest(judge_->retrained());
    while (exact_ && done() < old_.record().slices.size()) {
      const SliceId stage(done() + 1);
      SliceFile file{files_.provenance_of(stage, samples, before), old_.state_after(stage, outcome_.bytes_read)};
      outcome_.record.slices.push_back(files_.write(file, samples, 0));
      before = file.provenance.state_after;
    }
    if (done() == c_.slices) {
      outcome_.record.approximation.reset();
    } else {
      const SliceRecord served =
          write_served(samples, before, old_.state_after(SliceId(c_.slices), outcome_.bytes_read));
      append_old_tail(std::nullopt);
      serve(served, stopped, Verdict::kUnchanged);
    }
    files_.publish(outcome_.record);
  }

  /// The state after stage R, which was made and not trained.
  SliceRecord write_served(const ShardSamples& samples, const Digest& origin, ModelState state) {
    SliceFile file{files_.provenance_of(SliceId(c_.slices), samples, origin), std::move(state)};
    file.provenance.approximation = task_.method;
    SliceRecord served = files_.write(file, samples, 0);
    served.sample_gradients = 0;
    return served;
  }

  void append_old_tail(const std::optional<StoredFile>& offset) {
    for (std::uint32_t r = done() + 1; r < c_.slices; ++r)
      approximation().tail.push_back(old_.tainted(SliceId(r), task_.batches, offset));
  }

  void serve(const SliceRecord& slice, SliceId stopped, Verdict verdict) {
    approximation().served = slice;
    approximation().sample_gradients = sample_gradients_;
    approximation().seconds = earlier_seconds_ + outcome_.train_seconds + outcome_.bookkeeping_seconds +
                              outcome_.checkpoint_seconds + outcome_.load_seconds;
    using Json = nlohmann::ordered_json;
    const auto stage_or_null = [&](Verdict wanted) { return verdict == wanted ? Json(stopped.value()) : Json(); };
    const Json evidence{{"first_retrained", first_},
                        {"last_retrained", stopped.value()},
                        {"stitched_after", stage_or_null(Verdict::kStitch)},
                        {"unchanged_after", stage_or_null(Verdict::kUnchanged)},
                        {"started_exact", exact_},
                        {"residual_memory", Json::parse(judge_->memory().to_json())}};
    approximation().evidence = evidence.dump();
  }

  const ShardContext& context_;
  const TrainingConfiguration& c_;
  const ShardUnlearning& task_;
  StopRule rule_;
  const Partition& live_;
  const ShardHooks& hooks_;
  const OldTrajectory& old_;
  ShardOutcome outcome_;
  StageFiles files_;  // counts into the outcome
  bool exact_;        // retraining starts from an exact state, and so its stages are exact
  std::uint32_t first_ = 1;
  std::optional<StopJudge> judge_;
  std::uint64_t sample_gradients_ = 0;  // of this pass, earlier sessions included
  double earlier_seconds_ = 0;          // of training in those
};

/// Without an old trajectory, or begun for exact work: all stages that are left are retrained from the exact ones.
ShardOutcome retrain_to_the_end(const ShardContext& context, ShardRecord next, const Dataset& data,
                                const Partition& live, const ShardHooks& hooks) {
  const ShardId shard = next.shard;
  const bool is_asked_instead = next.approximation.has_value();
  if (is_asked_instead) {
    log::info("shard {}: there is no old trajectory to stitch: retraining to the end, exactly", shard.value());
    next.approximation.reset();
    ++next.generation;
    write_shard_record(*context.files, context.run, next, context.generation);
  }
  ShardOutcome outcome = train_shard(context, shard, data, live, hooks);
  if (is_asked_instead)
    outcome.fallbacks.push_back(
        fmt::format("shard {} was retrained exactly: there is no old trajectory to stitch", shard.value()));
  return outcome;
}

constexpr StageMethod kCutStages{[](const Spec& spec) { (void)parse_stop_rule(spec); }, &deepobliviate_shard};

}  // namespace

extern const MethodEntry kDeepObliviateMethod;

StopRule parse_stop_rule(const Spec& spec) {
  if (spec.name() != kName) throw UsageError(fmt::format("the method '{}' is not {}", spec.text(), kName));
  spec.expect(0, "", {"epsilon", "normalise", "least-points"});
  StopRule rule;
  constexpr double kMostEpsilon = 1e9;  // in the paper's unit slopes grow with the model
  rule.epsilon = spec.real_or("epsilon", rule.epsilon, 0, kMostEpsilon);
  const std::string unit = spec.choice_or("normalise", "relative", {"relative", "none", "per-param"});
  rule.unit = unit == "none" ? SlopeUnit::kNone : unit == "per-param" ? SlopeUnit::kPerParameter : SlopeUnit::kRelative;
  constexpr std::int64_t kMostPoints = 1'000'000;
  rule.least_points = static_cast<std::uint64_t>(
      spec.integer_or("least-points", static_cast<std::int64_t>(rule.least_points), 2, kMostPoints));
  return rule;
}

ShardOutcome deepobliviate_shard(const ShardContext& context, const ShardUnlearning& task, const Dataset& data,
                                 const Partition& live, const ShardHooks& hooks) {
  if (context.configuration.slicing != Slicing::kSequential)
    throw UsageError(
        "deepobliviate needs sequential slicing, where a stage's influence is its own slice's: this run's is "
        "cumulative; unlearn exactly, or train with --slicing sequential");
  ShardContext in_next = context;
  in_next.generation = Generation::kNext;
  auto next = read_shard_record(context.run, task.shard, Generation::kNext);
  if (!next) throw Bug(fmt::format("shard {} has no generation begun", task.shard.value()));
  const std::uint32_t stages = context.configuration.slices;
  const bool is_done = next->approximation && next->approximation->served;
  const OldTrajectory old(
      context.run, read_shard_record(context.run, task.shard).value_or(ShardRecord{task.shard, 0, 0, {}}), stages);
  if (!is_done && (!next->approximation || next->slices.size() == stages || !old.is_complete()))
    return retrain_to_the_end(in_next, std::move(*next), data, live, hooks);
  if (is_done) return train_shard(in_next, task.shard, data, live, hooks);
  return Obliviation(in_next, task, live, hooks, std::move(*next), old).run(data);
}

std::optional<StopRule> stop_rule_of(const UnlearningMethod& method) {
  if (method.entry != &kDeepObliviateMethod) return std::nullopt;
  return parse_stop_rule(Spec::parse(method.text, "method"));
}

const MethodEntry kDeepObliviateMethod{
    .name = kName,
    .arguments = "epsilon=0.1,normalise=relative|none|per-param,least-points=5",
    .summary = "retrain until the stages' residual memory has flattened, and shift the rest",
    .needs = {.checkpoints = true, .older_stages = true, .sequential_slicing = true, .retain_set = true},
    .defined_by = DefinedBy::kWeights,
    .bound = CostBound::kAtMost,
    .stages = &kCutStages};

}  // namespace expunge
