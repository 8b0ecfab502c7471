// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/comparison/repetition.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/core.h>

#include "aggregation/report/comparison_summary.hpp"
#include "framework/comm/agreement.hpp"
#include "framework/core/error.hpp"
#include "framework/log/log.hpp"
#include "launcher/comparison/measurement.hpp"
#include "launcher/comparison/method_run.hpp"
#include "launcher/comparison/reference.hpp"
#include "launcher/comparison/relate.hpp"

namespace expunge {

namespace {

class Repetition {
 public:
  Repetition(const ComparisonBench& bench, const RepetitionSetting& setting)
      : bench_(bench),
        setting_(setting),
        trial_(setting.trial),
        name_(fmt::format("repetition-{}", trial_.repetition)),
        base_(trial_.base_is_users ? setting.run : bench.workspace / name_ / "base"),
        plan_(trial_, bench.workspace / name_, setting.floors) {}

  /// False: put down.
  bool work();
  std::optional<RepetitionResult> measured();

 private:
  bool run_method(std::size_t method);
  void check_exact() const;
  [[nodiscard]] std::string name_of(std::size_t method) const {
    return name_ + "/" +
           (setting_.methods[method].kind == PlannedMethod::Kind::kRetrainSingle
                ? "retrain-single"
                : fmt::format("method-{}", method + 1));
  }
  [[nodiscard]] Contestant contestant_of(std::size_t method) const;
  [[nodiscard]] std::uint64_t bytes_kept() const;
  void say(const std::string& what) const {
    if (bench_.session.comm().is_root()) log::info("repetition {}: {}", trial_.repetition + 1, what);
  }

  const ComparisonBench& bench_;
  const RepetitionSetting& setting_;
  const Trial& trial_;
  std::string name_;
  std::filesystem::path base_;
  ScratchPlan plan_;
  MethodCourse reference_;
  std::vector<MethodCourse> courses_;
};

bool Repetition::work() {
  bench_.workspace.make(name_);
  if (!trial_.base_is_users && !train_base(bench_, trial_, base_)) return false;
  say("retrain");
  auto reference = retrain(bench_, trial_, plan_.reference(), name_ + "/retrain", "retraining everything");
  if (!reference) return false;
  reference_ = std::move(*reference);
  say(fmt::format("{} floors", plan_.floors().size()));
  if (!train_floors(bench_, trial_, plan_.floors())) return false;
  for (std::size_t m = 0; m < setting_.methods.size(); ++m)
    if (!run_method(m)) return false;
  check_exact();
  return true;
}

bool Repetition::run_method(std::size_t method) {
  using Kind = PlannedMethod::Kind;
  const PlannedMethod& planned = setting_.methods[method];
  if (planned.kind == Kind::kRetrain) {
    courses_.push_back(reference_);
    return true;
  }
  say(planned.name);
  auto course = planned.kind == Kind::kRetrainSingle
                    ? retrain(bench_, trial_, plan_.single(), name_of(method), "retraining one model")
                    : run_method_on_copy(bench_, trial_, base_, planned.name, name_of(method));
  if (!course) return false;
  if (planned.needs_checkpoints()) {
    course->work.storage_bytes = bytes_kept();
    const double training = reference_.work.process_seconds - reference_.checkpoint_seconds;
    if (training > 0) course->work.training_overhead = reference_.checkpoint_seconds / training;
  }
  courses_.push_back(std::move(*course));
  return true;
}

/// What is in a run besides one state a shard.
std::uint64_t Repetition::bytes_kept() const {
  std::uint64_t bytes = 0;
  for (const auto& record : RunDirectory(base_).shard_records(trial_.manifest))
    for (const auto& slice : record.slices)
      if (&slice != &record.slices.back()) bytes += slice.file.bytes;
  return bytes;
}

void Repetition::check_exact() const {
  together(bench_.session.comm(), [&] {
    if (!bench_.session.comm().is_root()) return;
    for (std::size_t m = 0; m < setting_.methods.size(); ++m) {
      if (!setting_.methods[m].is_exact()) continue;
      for (const auto shard : trial_.affected()) {
        const auto unlearned = read_shard_record(bench_.workspace / name_of(m), shard);
        const auto retrained = read_shard_record(plan_.reference().folder, shard);
        if (!unlearned || !retrained || unlearned->served()->model != retrained->served()->model)
          throw Bug(
              fmt::format("{}: exact unlearning of shard {} does not end in the state that retraining from "
                          "scratch ends in",
                          setting_.run.string(), shard.value()));
      }
    }
  });
}

Contestant Repetition::contestant_of(std::size_t method) const {
  using Kind = PlannedMethod::Kind;
  if (setting_.methods[method].kind == Kind::kRetrain)
    return {plan_.reference().folder, &trial_.configuration(), &trial_.after};
  if (setting_.methods[method].kind == Kind::kRetrainSingle)
    return {plan_.single().folder, &plan_.single().configuration, &trial_.after, /*is_single=*/true};
  return {bench_.workspace / name_of(method), &trial_.configuration(), &trial_.after};
}

std::optional<RepetitionResult> Repetition::measured() {
  say("measuring");
  std::vector<Contestant> contestants{{plan_.reference().folder, &trial_.configuration(), &trial_.after}};
  for (std::size_t m = 0; m < setting_.methods.size(); ++m) contestants.push_back(contestant_of(m));
  for (const auto& floor : plan_.floors())
    contestants.push_back({floor.training.folder, &floor.training.configuration, floor.training.partition});
  auto measured = measure(
      bench_, {trial_, base_, setting_.test, {plan_.reference().folder, &trial_.configuration(), &trial_.after}},
      contestants);
  if (!measured) return std::nullopt;

  RepetitionResult result;
  result.batches = trial_.batches.size();
  result.samples_forgotten = trial_.forget_rows.size();
  result.samples_live = trial_.retain_rows.size();
  for (const auto shard : trial_.affected()) result.affected.push_back(shard.value());
  if (trial_.canary) result.canary = trial_.canary->place;
  const auto take = [&](const MethodCourse& course, std::size_t contestant) {
    MethodOutcome outcome{course, std::move((*measured)[contestant]), {}};
    outcome.measured.work = course.work;
    outcome.measured.residual_memory = course.residual_memory;
    return outcome;
  };
  result.reference = take(reference_, 0);
  for (std::size_t m = 0; m < courses_.size(); ++m) result.methods.push_back(take(courses_[m], m + 1));
  for (std::size_t f = 0; f < plan_.floors().size(); ++f) {
    const MethodRepetition& of_floor = (*measured)[1 + courses_.size() + f];
    FloorReport floor{plan_.floors()[f].kind, trial_.repetition, of_floor.distances, of_floor.accuracy,
                      of_floor.constituent_accuracy};
    if (of_floor.canary) floor.canary = of_floor.canary->value;
    result.floors.push_back(std::move(floor));
  }
  const auto identity = std::ranges::find(setting_.methods, kDoingNothing, &PlannedMethod::name);
  const auto exact_cost =
      std::accumulate(trial_.plans.begin(), trial_.plans.end(), std::uint64_t{0},
                      [](std::uint64_t sum, const UnlearningPlan& plan) { return sum + plan.sample_gradients; });
  relate(result, static_cast<std::size_t>(identity - setting_.methods.begin()), exact_cost);
  return result;
}

}  // namespace

std::optional<RepetitionResult> run_repetition(const ComparisonBench& bench, const RepetitionSetting& setting) {
  const std::string done = fmt::format("result-{}.json", setting.trial.repetition);
  if (const auto text = bench.workspace.read(done)) return repetition_of(*text, (bench.workspace / done).string());
  std::optional<Repetition> repetition;
  together(bench.session.comm(), [&] { repetition.emplace(bench, setting); });
  if (!repetition->work()) return std::nullopt;
  auto result = repetition->measured();
  if (!result) return std::nullopt;
  bench.workspace.write(done, to_text(*result));
  bench.workspace.remove(fmt::format("repetition-{}", setting.trial.repetition));
  return result;
}

}  // namespace expunge
