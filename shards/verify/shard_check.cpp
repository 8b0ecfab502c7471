// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/verify/shard_check.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "framework/core/error.hpp"
#include "shards/checkpoint/slice_file.hpp"
#include "shards/train/initial_state.hpp"
#include "shards/train/stage_plan.hpp"
#include "shards/verify/finding.hpp"
#include "shards/verify/leftovers.hpp"
#include "shards/verify/lineage.hpp"
#include "shards/verify/state_difference.hpp"

namespace expunge {

namespace {

bool has_distance(const ShardTask& task) {
  return task.from_scratch && !task.served_is_stale && task.record && task.record->approximation &&
         task.record->approximation->served;
}

class Check {
 public:
  Check(const ShardCheckSetting& setting, const ShardTask& task, const ShardHooks& hooks)
      : setting_(setting), task_(task), hooks_(hooks), folder_(shard_folder(setting.run, task.shard)) {
    check_.shard = task.shard;
  }

  ShardCheck run() {
    if (live_is_known())
      sets_ = stage_sets(*setting_.data, *setting_.live, task_.shard, setting_.configuration, setting_.seed);
    look_at_files();
    look_for_leftovers();
    if (can_replay()) replay();
    return std::move(check_);
  }

 private:
  [[nodiscard]] bool live_is_known() const { return setting_.data != nullptr; }
  [[nodiscard]] bool can_replay() const { return task_.record && live_is_known() && setting_.comparable; }

  void look_at_files() {
    if (!task_.record) return;
    std::optional<Digest> initial;
    if (can_replay()) initial = model_digest(initial_state(setting_.configuration, setting_.seed, task_.shard));
    const LineageSetting setting{setting_.run, setting_.configuration, setting_.fingerprint, sets_,
                                 initial,      task_.untainted};
    Lineage lineage = check_lineage(setting, *task_.record);
    check_.findings = std::move(lineage.findings);
    check_.other_numerics = std::move(lineage.other_numerics);
    std::ranges::move(check_approximation(setting, *task_.record, task_.served_is_stale),
                      std::back_inserter(check_.findings));
    check_.approximation = approximate_shard(setting_.run, *task_.record);
    look_for_taint();
  }

  void look_for_taint() {
    const auto& slices = task_.record->slices;
    const SliceRecord* served = task_.record->served();
    const bool is_approximation_stale = task_.served_is_stale && task_.record->approximation && served != nullptr;
    if (!live_is_known() || (task_.untainted >= slices.size() && !is_approximation_stale)) return;
    const auto stages = fmt::format("its stages {} to {}", task_.untainted + 1,
                                    served == nullptr ? slices.size() : served->stage.value());
    check_.findings.push_back(
        {"stale-shard", below_run(setting_.run, folder_),
         task_.put_back
             ? fmt::format("it is an old copy that was put back: {} saw samples that were forgotten since: {}", stages,
                           how_to_mend(setting_.run, task_.shard))
             : fmt::format("deletions are accepted and not carried out: {} saw their samples: finish them "
                           "with 'expunge unlearn --run {} --recover'",
                           stages, setting_.run.string())});
    for (std::size_t i = task_.untainted; i < slices.size(); ++i) add_stale(slices[i]);
    if (is_approximation_stale) add_stale(*served);
  }

  void add_stale(const SliceRecord& slice) {
    check_.findings.push_back({"stale-file", file_name(slice), "it saw samples that are deleted by now"});
  }

  void look_for_leftovers() {
    Leftovers leftovers =
        folder_leftovers({setting_.run, task_.shard, task_.record ? &*task_.record : nullptr, sets_, task_.untainted,
                          setting_.deletions, task_.approximating, task_.superseded});
    std::ranges::move(leftovers.findings, std::back_inserter(check_.findings));
    check_.unfinished = std::move(leftovers.unfinished);
  }

  void replay() {
    if (task_.from_scratch ? task_.untainted == 0 && !has_distance(task_) : task_.stages.empty()) return;
    samples_.emplace(*setting_.data, *setting_.live, task_.shard);
    const auto compare = [&](SliceId stage, const ModelState& state) { compare_stage(stage, state); };
    if (task_.from_scratch) return replay_from_scratch();
    for (const SliceId stage : task_.stages) {
      if (!check_.complete || (check_.stages_checked > 0 && hooks_.stop_after_stage())) {
        check_.complete = false;
        return;
      }
      if (std::ranges::find(check_.other_numerics, stage) == check_.other_numerics.end()) replay_one(stage, compare);
    }
  }

  void replay_from_scratch() {
    // Nothing that descends from a stage under other numerics can be replayed from the start.
    std::uint32_t compared = task_.untainted;
    if (!check_.other_numerics.empty()) compared = std::min(compared, check_.other_numerics.front().value() - 1);
    const bool to_the_end = has_distance(task_) && check_.other_numerics.empty();
    const std::uint32_t stages = to_the_end ? setting_.configuration.slices : compared;
    add(retrain_shard(replay_setting(), stages, hooks_, [&](SliceId stage, const ModelState& state) {
      if (stage.value() <= compared) compare_stage(stage, state);
      if (to_the_end && stage.value() == stages) measure_distance(state);
    }));
  }

  /// How far what is served lies from `exact`, which training from scratch gives. What is wrong with its file is told
  /// already.
  void measure_distance(const ModelState& exact) {
    const SliceRecord& served = *task_.record->served();
    std::optional<SliceFile> file;
    try {
      file = read_slice(folder_ / served.file.name, served.file.digest);
    } catch (const Failure&) {
      return;
    }
    try {
      check_.approximation->distance = parameter_distance(file->state, exact);
    } catch (const Failure& failure) {
      check_.findings.push_back({"lineage", file_name(served), failure.what()});
    }
  }

  void replay_one(SliceId stage, const StageCheck& compare) {
    if (stage.value() == 1) {
      add(replay_stage(replay_setting(), stage, nullptr, hooks_, compare));
      return;
    }
    const SliceRecord& before = task_.record->slices[stage.value() - 2];
    std::optional<SliceFile> file;
    try {
      file = read_slice(folder_ / before.file.name, before.file.digest);
    } catch (const Failure&) {  // what is wrong with it is told already
      return;
    }
    try {
      add(replay_stage(replay_setting(), stage, &file->state, hooks_, compare));
    } catch (const Failure& failure) {
      check_.findings.push_back({"lineage", file_name(before), failure.what()});
    }
  }

  void compare_stage(SliceId stage, const ModelState& state) {
    ++check_.stages_checked;
    const SliceRecord& slice = task_.record->slices[stage.value() - 1];
    const Digest found = model_digest(state);
    if (found == slice.model) return;
    check_.differences.push_back({{task_.shard, stage},
                                  file_name(slice),
                                  fmt::format("its replay ends in {}, and {} is on record: {}", found.hex(),
                                              slice.model.hex(), first_difference_to(slice, state))});
  }

  [[nodiscard]] std::string first_difference_to(const SliceRecord& slice, const ModelState& state) const {
    try {
      const SliceFile file = read_slice(folder_ / slice.file.name, slice.file.digest);
      return first_difference(state, file.state).value_or("the checkpoint holds what the replay ends in");
    } catch (const Failure&) {
      return "the checkpoint can't be read";
    }
  }

  void add(const ReplayWork& work) {
    check_.sample_gradients += work.sample_gradients;
    check_.complete = work.complete;
  }

  [[nodiscard]] ReplaySetting replay_setting() const {
    return {setting_.configuration, setting_.seed, task_.shard, *samples_, setting_.device};
  }
  [[nodiscard]] std::string file_name(const SliceRecord& slice) const {
    return below_run(setting_.run, folder_ / slice.file.name);
  }

  const ShardCheckSetting& setting_;
  const ShardTask& task_;
  const ShardHooks& hooks_;
  std::filesystem::path folder_;
  std::optional<ShardSamples> samples_;
  std::vector<StageSet> sets_;
  ShardCheck check_;
};

}  // namespace

std::uint64_t task_visits(const ShardCheckSetting& setting, const ShardTask& task) {
  if (setting.live == nullptr || !setting.comparable) return 0;
  const TrainingConfiguration& c = setting.configuration;
  std::uint64_t visits = 0;
  std::uint64_t seen = 0;
  for (std::uint32_t r = 1; r <= c.slices; ++r) {
    const std::uint64_t here = setting.live->rows(task.shard, SliceId(r)).size();
    seen = c.slicing == Slicing::kCumulative ? seen + here : here;
    const bool is_asked =
        task.from_scratch ? r <= task.untainted : std::ranges::find(task.stages, SliceId(r)) != task.stages.end();
    if (is_asked || has_distance(task)) visits += stage_visits(c, seen);
  }
  return visits;
}

ShardCheck check_shard(const ShardCheckSetting& setting, const ShardTask& task, const ShardHooks& hooks) {
  return Check(setting, task, hooks).run();
}

}  // namespace expunge
