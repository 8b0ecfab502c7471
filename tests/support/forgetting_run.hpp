// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "shards/checkpoint/generation.hpp"
#include "shards/checkpoint/stitching.hpp"
#include "shards/methods/deepobliviate/deepobliviate.hpp"
#include "tests/support/small_run.hpp"
#include "tests/support/temporary_folder.hpp"

namespace expunge::testing {

/// One shard of sequential slices, trained, and deletions from it carried out as a run's coordinator does.
class ForgettingRun {
 public:
  static constexpr ShardId kShard{0};

  ForgettingRun(MemoryDataset data, TrainingConfiguration configuration, const Key& seed)
      : data_(std::move(data)), c_(std::move(configuration)), seed_(seed) {
    (void)testing::train_shard(context(), kShard, data_);
  }

  [[nodiscard]] ShardContext context(FileSystem& files = system_files()) const {
    ShardContext context = small_context(run_.path(), c_, seed_, files);
    context.respects = batches_;
    return context;
  }
  [[nodiscard]] const TrainingConfiguration& configuration() const { return c_; }
  [[nodiscard]] const Key& seed() const { return seed_; }
  [[nodiscard]] std::filesystem::path run() const { return run_.path(); }
  [[nodiscard]] std::filesystem::path folder() const { return shard_folder(run_.path(), kShard); }
  [[nodiscard]] const MemoryDataset& data() const { return data_; }
  [[nodiscard]] MemoryDataset live_data() const {
    return data_.without([this](const MemorySample& sample) { return deleted_.contains(sample.id); });
  }
  [[nodiscard]] Partition live() const {
    return {Partitioner(seed_, c_.shards, c_.slices), data_,
            [this](SampleId id) { return !deleted_.contains(id.value()); }};
  }
  [[nodiscard]] const History& history() const { return *history_; }
  [[nodiscard]] Generations generations() const { return read_generations(run_.path(), kShard); }
  [[nodiscard]] ShardRecord record() const { return *read_shard_record(run_.path(), kShard); }

  /// Ids of live samples in a slice, in the order of rows.
  [[nodiscard]] std::vector<std::uint64_t> ids_in(std::uint32_t slice) const {
    std::vector<std::uint64_t> ids;
    const Partition partition = live();
    for (const auto row : partition.rows(kShard, SliceId(slice))) ids.push_back(data_.id(row).value());
    return ids;
  }

  /// Accepts a batch that deletes the first `count` samples of each of these slices.
  void accept(const std::vector<std::uint32_t>& slices, std::size_t count = 1) {
    std::vector<std::pair<std::uint32_t, std::uint64_t>> samples;
    for (const auto slice : slices) {
      const auto ids = ids_in(slice);
      for (std::size_t i = 0; i < std::min(count, ids.size()); ++i) samples.emplace_back(slice, ids[i]);
    }
    accept_samples(samples);
  }

  /// Accepts a batch that deletes samples, each with its slice; by slice.
  void accept_samples(const std::vector<std::pair<std::uint32_t, std::uint64_t>>& samples) {
    BatchAccepted batch;
    batch.batch = ++batches_;
    AcceptedRequest request;
    request.id = "r" + std::to_string(batches_);
    SliceId first(c_.slices);
    std::map<std::uint32_t, std::set<std::uint64_t>> by_slice;
    for (const auto& [slice, id] : samples) by_slice[slice].insert(id);
    for (const auto& [slice, ids] : by_slice) {
      CellDeletion deletion;
      deletion.cell = {kShard, SliceId(slice)};
      for (const auto id : ids) {
        ++request.requested;
        deletion.ids.push_back({id, id + 1});
        deleted_.insert(id);
      }
      request.cells.push_back(std::move(deletion));
      task_.first = task_.batches.empty() ? SliceId(slice) : std::min(task_.first, SliceId(slice));
      task_.last = task_.batches.empty() ? SliceId(slice) : std::max(task_.last, SliceId(slice));
      if (task_.batches.empty() || task_.batches.back() != batches_) task_.batches.push_back(batches_);
      first = std::min(first, SliceId(slice));
    }
    batch.requests = {std::move(request)};
    for (const auto& file : newly_superseded(run_.path(), generations(), *history_, first)) superseded_.push_back(file);
    journal_.append(system_files(), run_ / "journal.jsonl", {std::move(batch)}, Moment{});
    history_.emplace(journal_, Key({1, 2}));
  }

  /// What is pending in the shard, for a method.
  [[nodiscard]] ShardUnlearning task(const std::string& method) const {
    ShardUnlearning task = task_;
    task.shard = kShard;
    task.method = method;
    return task;
  }

  void begin(const std::string& method) const {
    begin_approximate_generation(system_files(), run_.path(), generations(), *history_, task(method), OldStages::kKept);
  }

  /// Begins, or goes on, as far as the hooks let it. Not published.
  [[nodiscard]] ShardOutcome retrain(const std::string& method, const ShardHooks& hooks = {},
                                     FileSystem& files = system_files()) const {
    begin(method);
    return deepobliviate_shard(context(files), task(method), data_, live(), hooks);
  }

  /// Publishes the next generation and erases what is superseded.
  std::vector<FileFate> publish() {
    publish_next_generation(system_files(), run_.path(), kShard);
    task_ = {};
    return erase_files(system_files(), run_.path(), std::exchange(superseded_, {}));
  }

  /// Retrains exactly what is stale or approximate, publishes it and erases what is superseded: without a batch, all
  /// that an approximation names.
  ShardOutcome forget_exactly() {
    if (task_.batches.empty()) {
      const SliceId after_exact(static_cast<std::uint32_t>(record().slices.size()) + 1);
      superseded_ = newly_superseded(run_.path(), generations(), *history_, after_exact);
    }
    begin_next_generation(system_files(), run_.path(), generations(), *history_);
    ShardContext in_next = context();
    in_next.generation = Generation::kNext;
    ShardOutcome outcome = expunge::train_shard(in_next, kShard, data_, live(), {});
    (void)publish();
    return outcome;
  }

  /// Begins, retrains by a method, publishes and erases.
  ShardOutcome forget(const std::string& method) {
    ShardOutcome outcome = retrain(method);
    (void)publish();
    return outcome;
  }

 private:
  MemoryDataset data_;
  TrainingConfiguration c_;
  Key seed_;
  TemporaryFolder run_;
  std::set<std::uint64_t> deleted_;
  std::uint64_t batches_ = 0;
  Journal journal_;
  std::optional<History> history_ = History(Journal(), Key({1, 2}));
  ShardUnlearning task_;
  std::vector<SupersededFile> superseded_;
};

}  // namespace expunge::testing
