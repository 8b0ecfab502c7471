// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "shards/verify/shard_check.hpp"
#include "tests/support/failure_message.hpp"
#include "tests/support/small_run.hpp"
#include "tests/support/temporary_folder.hpp"

namespace expunge::testing {

/// A run of two shards in three slices, trained, whose shard 0 is verified.
class VerifiedRun {
 public:
  explicit VerifiedRun(Slicing slicing = Slicing::kCumulative)
      : data_(make_samples(60, {{9}, 3, FeatureType::kF32, false}, 5)),
        configuration_(small_configuration(data_, "mlp:hidden=8", 2, 3)) {
    configuration_.slicing = slicing;
    train();
  }

  static constexpr ShardId kShard{0};

  [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }
  [[nodiscard]] std::filesystem::path folder() const { return shard_folder(path(), kShard); }
  [[nodiscard]] const TrainingConfiguration& configuration() const { return configuration_; }
  [[nodiscard]] const Key& seed() const { return seed_; }
  [[nodiscard]] const MemoryDataset& data() const { return data_; }
  [[nodiscard]] Partition live() const { return partition_of(configuration_, seed_, data_); }
  [[nodiscard]] ShardContext context() const { return small_context(path(), configuration_, seed_); }

  [[nodiscard]] ShardRecord record() const { return *read_shard_record(path(), kShard); }
  void put(const ShardRecord& record, Generation generation = Generation::kCurrent) {
    write_shard_record(system_files(), path(), record, generation);
  }
  [[nodiscard]] std::filesystem::path slice(std::uint32_t stage) const {
    return folder() / record().slices.at(stage - 1).file.name;
  }

  /// Trains shard 0 with the data that there is, from what there is; from nothing if `anew`.
  void train(bool anew = false) {
    if (anew) std::filesystem::remove_all(folder());
    (void)testing::train_shard(context(), kShard, data_);
  }
  /// Deletes one sample of a slice from the data.
  void remove_one_of(std::uint32_t slice) {
    const auto row = live().rows(kShard, SliceId(slice)).front();
    data_ = data_.without([&](const auto& sample) { return sample.id == data_.id(row).value(); });
  }
  /// Puts another state in the place of a stage's, as someone would who can write files and records, but can't train.
  void forge(std::uint32_t stage, const SliceFile& file) {
    SliceFile forged = file;
    ShardRecord record = this->record();
    SliceRecord& line = record.slices.at(stage - 1);
    std::filesystem::remove(folder() / line.file.name);
    line.file = write_slice(system_files(), folder(), forged);
    line.model = forged.provenance.state_after;
    put(record);
  }

  [[nodiscard]] std::vector<StageSet> sets() const {
    return stage_sets(data(), live(), kShard, configuration(), seed());
  }

  /// What the batch-1 method of `approximate` writes into provenances.
  static constexpr const char* kMethod = "deepobliviate:epsilon=0.2";
  /// Turns shard 0 into one that keeps stage 1, an old stage 2 with an offset, and serves `state`, as if batch 1 had
  /// been forgotten approximately. `change` may alter what is written of what is served.
  void approximate(const ModelState& state, const std::function<void(SliceFile&)>& change = {}) {
    ShardRecord record = this->record();
    SliceFile file = read_slice(slice(3), std::nullopt);
    std::filesystem::remove(slice(3));
    const StageSet set = sets().back();
    file.provenance.approximation = kMethod;
    file.provenance.samples = set.samples;
    file.provenance.live = set.live;
    file.provenance.live_root = set.root;
    SliceFile offset{file.provenance, file.state};
    offset.provenance.stage = SliceId(1);
    offset.state.optimizer.clear();
    file.state = state;
    if (change) change(file);
    Approximation& it = record.approximation.emplace();
    it.method = kMethod;
    it.guarantee = "heuristic";
    it.batches = {1};
    it.evidence = "{}";
    it.tail = {{record.slices[1], {write_offset(system_files(), folder(), offset)}, {1}}};
    it.served = record.slices[2];
    it.served->file = write_slice(system_files(), folder(), file);
    it.served->model = file.provenance.state_after;
    it.served->samples = set.slice_samples;
    it.served->live_root = set.root;
    record.slices.resize(1);
    record.respects = 1;
    put(record);
  }

  [[nodiscard]] ShardTask whole_task() const {
    ShardTask task;
    task.shard = kShard;
    task.record = record();
    task.untainted = static_cast<std::uint32_t>(task.record->slices.size());
    task.from_scratch = true;
    return task;
  }
  [[nodiscard]] ShardCheck check(const ShardTask& task, const ShardHooks& hooks = {},
                                 const Digest& fingerprint = digest_filled_with(0x5a)) const {
    set_numerics(1);
    const Partition rows = live();
    const Device device;
    return check_shard({path(), configuration_, seed_, device, fingerprint, true, &data_, &rows, true}, task, hooks);
  }
  [[nodiscard]] ShardCheck check() const { return check(whole_task()); }

 private:
  TemporaryFolder folder_;
  MemoryDataset data_;
  TrainingConfiguration configuration_;
  Key seed_{{11, 0}};
};

/// The kinds of what was found, each as often as it was.
[[nodiscard]] inline std::vector<std::string> kinds(const std::vector<Finding>& findings) {
  std::vector<std::string> kinds;
  kinds.reserve(findings.size());
  for (const auto& finding : findings) kinds.push_back(finding.what);
  return kinds;
}

/// All that was found in one text, for looking up words.
[[nodiscard]] inline std::string text_of(const std::vector<Finding>& findings) {
  std::string text;
  for (const auto& one : findings) text += one.what + " " + one.file + ": " + one.message + "\n";
  return text;
}

inline void put_bytes(const std::filesystem::path& path, const Bytes& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace expunge::testing
