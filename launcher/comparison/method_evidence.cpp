// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/comparison/method_evidence.hpp"

#include <algorithm>
#include <utility>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "shards/checkpoint/stitching.hpp"
#include "shards/methods/catalogue.hpp"
#include "shards/methods/deepobliviate/deepobliviate.hpp"
#include "shards/methods/deepobliviate/stop_judge.hpp"
#include "shards/train/initial_state.hpp"

namespace expunge {

namespace {

void add_new(std::vector<std::string>& texts, const std::string& text) {
  if (std::ranges::find(texts, text) == texts.end()) texts.push_back(text);
}

/// Adds the texts of a list that are not there yet, each after `before`.
void add_texts(std::vector<std::string>& texts, const nlohmann::ordered_json& list, const std::string& before = "") {
  if (!list.is_array()) return;
  for (const auto& text : list)
    if (text.is_string()) add_new(texts, before + text.get<std::string>());
}

/// The one batch of a trial that takes samples from a shard, from 1; 0 where several do.
std::uint64_t only_batch_on(const Trial& trial, ShardId shard) {
  std::uint64_t found = 0;
  for (std::size_t b = 0; b < trial.plans.size(); ++b) {
    const auto& shards = trial.plans[b].shards;
    if (std::ranges::find(shards, shard, &ShardPlan::shard) == shards.end()) continue;
    if (found > 0) return 0;
    found = b + 1;
  }
  return found;
}

/// The earliest and the latest slice that requests touch in a shard.
std::pair<SliceId, SliceId> touched_slices(const Trial& trial, ShardId shard) {
  const auto& c = trial.configuration();
  const Partitioner partitioner(trial.seed(), c.shards, c.slices);
  std::pair<SliceId, SliceId> slices{SliceId(c.slices), SliceId(1)};
  for (const auto row : trial.forgotten.at(shard)) {
    const SliceId slice = partitioner.cell_of_row(*trial.data, row).slice;
    slices = {std::min(slices.first, slice), std::max(slices.second, slice)};
  }
  return slices;
}

/// Of stages `first` … R, by what the two records name: as DeepObliviate takes them in.
class StageComparison {
 public:
  StageComparison(std::filesystem::path base, std::filesystem::path copy, const Trial& trial, ShardId shard)
      : base_(std::move(base)),
        copy_(std::move(copy)),
        trial_(trial),
        old_(read_shard_record(base_, shard).value()),
        retrained_(read_shard_record(copy_, shard).value()) {}

  [[nodiscard]] bool is_full() const {
    return !retrained_.approximation && retrained_.slices.size() == trial_.configuration().slices;
  }

  [[nodiscard]] std::string memory(const StopRule& rule, SliceId first, SliceId last) const {
    StopJudge judge(rule, last, trial_.configuration().slices, state_before(copy_, retrained_, first));
    for (auto r = first.value(); r <= retrained_.slices.size(); ++r) {
      const SliceId stage(r);
      const ModelState old_state = read_state_after(base_, old_, stage).value();
      const auto is_same = [&](const ModelState& retrained) { return retrained == old_state; };
      if (judge.take(stage, retrained_.slices[r - 1].samples > 0, old_state,
                     read_state_after(copy_, retrained_, stage).value(), is_same) == StopJudge::Verdict::kUnchanged)
        break;
    }
    return judge.memory().to_json();
  }

 private:
  [[nodiscard]] ModelState state_before(const std::filesystem::path& run, const ShardRecord& record,
                                        SliceId stage) const {
    if (stage.value() > 1) return read_state_after(run, record, SliceId(stage.value() - 1)).value();
    return initial_state(trial_.configuration(), trial_.seed(), record.shard);
  }

  std::filesystem::path base_;
  std::filesystem::path copy_;
  const Trial& trial_;
  ShardRecord old_;
  ShardRecord retrained_;
};

}  // namespace

void add_evidence(MethodCourse& course, const Recovery& recovery) {
  for (const auto& fallback : recovery.jobs.fallbacks) add_new(course.fallbacks, fallback);
  for (const auto& record : recovery.approximate) {
    const auto evidence = nlohmann::ordered_json::parse(record.approximation->evidence, nullptr,
                                                        /*allow_exceptions=*/false);
    if (!evidence.is_object()) continue;
    add_texts(course.checked, evidence.value("checked", nlohmann::ordered_json::array()));
    // As the jobs say it, so that what this session did is not told twice.
    add_texts(course.fallbacks, evidence.value("fallbacks", nlohmann::ordered_json::array()),
              fmt::format("shard {}: ", record.shard.value()));
    if (evidence.contains("residual_memory"))
      course.residual_memory.push_back(
          {record.shard.value(), recovery.batches.back(), evidence["residual_memory"].dump()});
  }
}

void add_full_residual_memories(MethodCourse& course, const Trial& trial, const std::filesystem::path& base,
                                const std::filesystem::path& copy, const std::string& method) {
  const auto rule = stop_rule_of(parse_unlearning_method(method));
  if (!rule) return;
  for (const auto shard : trial.affected()) {
    const StageComparison comparison(base, copy, trial, shard);
    const std::uint64_t batch = only_batch_on(trial, shard);
    if (batch == 0 || !comparison.is_full()) continue;
    const auto [first, last] = touched_slices(trial, shard);
    course.residual_memory.push_back(
        {shard.value(), trial.batches_before + batch, comparison.memory(*rule, first, last)});
  }
}

}  // namespace expunge
