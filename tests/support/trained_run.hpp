// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "framework/data/write_hdf5.hpp"
#include "launcher/coordinator/coordinator.hpp"
#include "launcher/process/environment.hpp"
#include "launcher/run/data_fingerprint.hpp"
#include "launcher/run/manifest.hpp"
#include "launcher/run/run_directory.hpp"
#include "shards/train/live_roots.hpp"
#include "tests/support/memory_dataset.hpp"
#include "tests/support/quick_files.hpp"
#include "tests/support/small_run.hpp"
#include "tests/support/temporary_folder.hpp"

namespace expunge::testing {

/// The one session of a test program: one rank, and silent.
[[nodiscard]] inline Session& silent_session() {
  static Session session({.threads = 1, .device = "cpu", .level = log::Level::kOff});
  return session;
}

/// What `train_shard` needs to train as the silent session does.
[[nodiscard]] inline ShardContext context_of_session(const std::filesystem::path& run, const TrainingConfiguration& c,
                                                     const Key& seed, FileSystem& files) {
  ShardContext context = small_context(run, c, seed, files);
  context.fingerprint = fingerprint_digest(silent_session().fingerprint());
  context.save_interval_seconds = 1e6;
  return context;
}

/// Samples of a data set, by their ids.
using Ids = std::set<std::uint64_t>;

/// That these be forgotten.
[[nodiscard]] inline Request request_for(const std::string& id, const Ids& ids) {
  Request request;
  request.id = id;
  std::vector<SampleId> selected;
  for (const auto one : ids) selected.emplace_back(one);
  request.selector = std::move(selected);
  return request;
}

/// What training from scratch makes of a shard on data that never had some of its samples: the judge of every deletion.
/// Each training is done once, in a run directory of its own.
class FreshTraining {
 public:
  FreshTraining(const MemoryDataset& data, const TrainingConfiguration& c, const Key& seed)
      : data_(data), c_(c), seed_(seed), partitioner_(seed, c.shards, c.slices) {}

  [[nodiscard]] Cell cell_of(const MemorySample& sample) const {
    return c_.placed_by_subject ? partitioner_.cell_of_subject(sample.subject)
                                : partitioner_.cell_of_id(SampleId(sample.id));
  }
  [[nodiscard]] MemoryDataset without(const Ids& deleted) const {
    return data_.without([&](const MemorySample& sample) { return deleted.contains(sample.id); });
  }

  [[nodiscard]] const ShardRecord& record(ShardId shard, const Ids& deleted) {
    Ids deleted_here;
    for (const auto& sample : data_.samples())
      if (cell_of(sample).shard == shard && deleted.contains(sample.id)) deleted_here.insert(sample.id);
    const auto found = records_.find({shard, deleted_here});
    if (found != records_.end()) return found->second;
    const TemporaryFolder run;
    QuickFiles files;
    const MemoryDataset left = without(deleted);
    auto outcome = train_shard(context_of_session(run.path(), c_, seed_, files), shard, left);
    return records_.emplace(std::pair{shard, deleted_here}, std::move(outcome.record)).first->second;
  }

 private:
  const MemoryDataset& data_;
  TrainingConfiguration c_;
  Key seed_;
  Partitioner partitioner_;
  std::map<std::pair<ShardId, Ids>, ShardRecord> records_;
};

/// A run as `train` makes it, in a folder of its own beside its data; trained to its end.
class TrainedRun {
 public:
  TrainedRun(const MemoryDataset& data, const TrainingConfiguration& c, const Key& seed) : path_(folder_ / "run") {
    write_hdf5(data, folder_ / "data.h5", false);
    const Partition partition = partition_of(c, seed, data);
    Manifest manifest;
    manifest.data = data_spec();
    manifest.configuration = c;
    manifest.seed = seed;
    manifest.data_fingerprint = data_fingerprint(silent_session().comm(), data, data_key(seed));
    for (std::uint32_t k = 0; k < c.shards; ++k) {
      manifest.cells.emplace_back();
      for (std::uint32_t r = 1; r <= c.slices; ++r)
        manifest.cells.back().push_back(partition.rows(ShardId(k), SliceId(r)).size());
    }
    manifest.numerics = silent_session().fingerprint();
    QuickFiles files;
    files.make_directory(path_);
    publish(files, path_ / "manifest.json", bytes_of(manifest.to_json()));
    const ShardContext context = context_of_session(path_, c, seed, files);
    for (std::uint32_t k = 0; k < c.shards; ++k) (void)train_shard(context, ShardId(k), data);
  }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::string data_spec() const { return "hdf5:" + (folder_ / "data.h5").string(); }
  /// Writes a data set from which rows were removed; what to open it by.
  [[nodiscard]] std::string scrubbed(const MemoryDataset& left) const {
    write_hdf5(left, folder_ / "scrubbed.h5", true);
    return "hdf5:" + (folder_ / "scrubbed.h5").string();
  }

 private:
  TemporaryFolder folder_;
  std::filesystem::path path_;
};

/// The names of a run's checkpoints, finished or not, with their shards.
[[nodiscard]] inline std::vector<std::pair<ShardId, std::filesystem::path>> checkpoints_of(
    const std::filesystem::path& run, std::uint32_t shards) {
  std::vector<std::pair<ShardId, std::filesystem::path>> files;
  for (std::uint32_t k = 0; k < shards; ++k)
    for (const auto& name : names_in(shard_folder(run, ShardId(k))))
      if (name.ends_with(".h5")) files.emplace_back(ShardId(k), shard_folder(run, ShardId(k)) / name);
  return files;
}

/// Whether a checkpoint was trained on others than the samples that are live, by what it says of itself.
[[nodiscard]] inline bool is_tainted(const std::filesystem::path& path, LiveRoots& roots) {
  const Provenance from = read_slice(path, std::nullopt).provenance;
  return from.live != roots.live(from.stage) || from.live_root != roots.root(from.stage);
}

/// What of a run's checkpoints was.
[[nodiscard]] inline std::vector<std::string> tainted_files(const std::filesystem::path& run, const MemoryDataset& left,
                                                            const TrainingConfiguration& c, const Key& seed) {
  std::vector<std::string> tainted;
  const Partition partition = partition_of(c, seed, left);
  for (const auto& [shard, path] : checkpoints_of(run, c.shards)) {
    LiveRoots roots(left, partition, shard, c.slicing, seed);
    if (is_tainted(path, roots)) tainted.push_back(path.string());
  }
  return tainted;
}

/// What lies in a run directory beyond its manifest, its journal, a lock given back, its shards' records and the files
/// that these name; and what of that is missing.
[[nodiscard]] inline std::vector<std::string> astray_in(const std::filesystem::path& run, std::uint32_t shards) {
  std::set<std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(run))
    if (!entry.is_directory()) found.insert(std::filesystem::relative(entry.path(), run).string());
  std::set<std::string> known{"manifest.json", "journal.jsonl", "lock"};
  for (std::uint32_t k = 0; k < shards; ++k)
    for (const auto& name : names_of(read_shard_record(run, ShardId(k)).value_or(ShardRecord{ShardId(k), 0, 0, {}})))
      known.insert((shard_folder("", ShardId(k)) / name).string());
  std::vector<std::string> astray;
  std::ranges::set_symmetric_difference(found, known, std::back_inserter(astray));
  return astray;
}

/// Whether stages of two trainings ended in the same bytes.
[[nodiscard]] inline bool same_stages(const ShardRecord& served, const ShardRecord& fresh) {
  if (served.slices.size() > fresh.slices.size()) return false;
  for (std::size_t i = 0; i < served.slices.size(); ++i) {
    const auto& a = served.slices[i];
    const auto& b = fresh.slices[i];
    if (a.model != b.model || a.live_root != b.live_root || a.file.digest != b.file.digest || a.samples != b.samples)
      return false;
  }
  return true;
}

}  // namespace expunge::testing
