// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/verify/lineage.hpp"

#include <fmt/format.h>

#include "shards/checkpoint/file_kind.hpp"
#include "shards/checkpoint/live_tree.hpp"
#include "shards/train/live_roots.hpp"
#include "shards/train/stage_plan.hpp"
#include "shards/verify/finding.hpp"

namespace expunge {

std::vector<StageSet> stage_sets(const Dataset& data, const Partition& live, ShardId shard,
                                 const TrainingConfiguration& configuration, const Key& seed) {
  LiveRoots roots(data, live, shard, configuration.slicing, seed);
  std::vector<StageSet> sets;
  std::uint64_t seen = 0;
  for (std::uint32_t r = 1; r <= configuration.slices; ++r) {
    StageSet set;
    set.slice_samples = live.rows(shard, SliceId(r)).size();
    seen += set.slice_samples;
    set.samples = configuration.slicing == Slicing::kCumulative ? seen : set.slice_samples;
    set.live = roots.live(SliceId(r));
    set.root_scheme = kLiveTreeScheme;
    set.root = roots.root(SliceId(r));
    sets.push_back(std::move(set));
  }
  return sets;
}

namespace {

/// Collects what is wrong with one stage.
class StageLineage {
 public:
  StageLineage(const LineageSetting& setting, const ShardRecord& record, const SliceRecord& slice, Lineage& lineage)
      : setting_(setting),
        record_(record),
        slice_(slice),
        path_(shard_folder(setting.run, record.shard) / slice.file.name),
        record_file_(below_run(setting.run, path_.parent_path() / record_name(Generation::kCurrent))),
        lineage_(lineage) {}

  void check() {
    check_record();
    const auto file = read_recorded(setting_.run, record_.shard, fmt::format("stage {}", slice_.stage.value()),
                                    slice_.file, lineage_.findings);
    if (file) check_provenance(file->provenance);
  }

 private:
  void find(std::string what, std::string file, std::string message) {
    lineage_.findings.push_back({std::move(what), std::move(file), std::move(message)});
  }

  [[nodiscard]] const StageSet* set() const {
    if (setting_.sets.empty() || slice_.stage.value() > setting_.untainted) return nullptr;
    return &setting_.sets[slice_.stage.value() - 1];
  }

  void check_record() {
    const auto wrong = [&](std::string_view field, const auto& found, const auto& expected) {
      if (found != expected)
        find("record", record_file_,
             fmt::format("stage {}: {} is {}, expected {}", slice_.stage.value(), field, found, expected));
    };
    wrong("file", slice_.file.name, file_name(FileKind::kSlice, slice_.stage, slice_.file.digest));
    if (set() == nullptr) return;
    wrong("samples", slice_.samples, set()->slice_samples);
    wrong("live_root", slice_.live_root.hex(), set()->root.hex());
    wrong("sample_gradients", slice_.sample_gradients, stage_visits(setting_.configuration, set()->samples));
  }

  void check_provenance(const Provenance& found) {
    const auto wrong = [&](std::string_view field, const auto& is, const auto& expected, std::string_view why) {
      if (is != expected)
        find("lineage", below_run(setting_.run, path_),
             fmt::format("{} is {}, expected {}: {}", field, is, expected, why));
    };
    const TrainingConfiguration& c = setting_.configuration;
    wrong("shard", found.shard.value(), record_.shard.value(), "it is another shard's");
    wrong("stage", found.stage.value(), slice_.stage.value(), "it is another stage's");
    wrong("model", found.model, c.model, "it holds another model");
    wrong("configuration", found.configuration.hex(), c.digest().hex(), "it was trained under another configuration");
    wrong("visited", found.visited, found.visits, "its stage was not finished");
    wrong("state_after", found.state_after.hex(), slice_.model.hex(), "its state is not the one on record");
    if (!found.approximation.empty())
      find("lineage", below_run(setting_.run, path_),
           fmt::format("it is on record as exact, and says of itself that '{}' made it", found.approximation));
    const std::uint32_t r = slice_.stage.value();
    if (r > 1)
      wrong("state_before", found.state_before.hex(), record_.slices[r - 2].model.hex(),
            "it does not descend from the stage before it");
    else if (setting_.initial && found.fingerprint == setting_.fingerprint)
      wrong("state_before", found.state_before.hex(), setting_.initial->hex(),
            "it does not descend from the initial weights");
    if (found.fingerprint != setting_.fingerprint) lineage_.other_numerics.push_back(slice_.stage);
    if (set() == nullptr) return;
    wrong("samples", found.samples, set()->samples, "it was not trained on the live samples");
    wrong("visits", found.visits, stage_visits(c, set()->samples), "it was trained for longer or shorter");
    wrong("live", found.live.hex(), set()->live.hex(), "it was not trained on the live samples");
    wrong("live_root_scheme", found.live_root_scheme, set()->root_scheme, "proofs about it would not hold");
    wrong("live_root", found.live_root.hex(), set()->root.hex(), "it was not trained on the live samples");
  }

  const LineageSetting& setting_;
  const ShardRecord& record_;
  const SliceRecord& slice_;
  std::filesystem::path path_;
  std::string record_file_;
  Lineage& lineage_;
};

}  // namespace

Lineage check_lineage(const LineageSetting& setting, const ShardRecord& record) {
  Lineage lineage;
  for (const auto& slice : record.slices) StageLineage(setting, record, slice, lineage).check();
  return lineage;
}

}  // namespace expunge
