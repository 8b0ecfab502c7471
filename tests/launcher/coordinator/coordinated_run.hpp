// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fstream>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "launcher/coordinator/coordinator.hpp"
#include "tests/support/small_run.hpp"
#include "tests/support/temporary_folder.hpp"

namespace expunge::testing {

/// A run of two shards in three slices on embedded data, for a coordinator in this process.
class CoordinatedRun {
 public:
  CoordinatedRun() : directory_(folder_ / "run"), data_(open_dataset(Spec::parse(kData, "data"))) {
    manifest_.data = kData;
    manifest_.configuration = small_configuration(*data_, "mlp:hidden=4", 2, 3);
    manifest_.seed = Key::parse("7");
    manifest_.numerics = session().fingerprint();
    manifest_.data_fingerprint = set_digest(*data_, 0, data_->size(), data_key(manifest_.seed));
    const Partition all = partition();
    for (std::uint32_t k = 0; k < 2; ++k) {
      manifest_.cells.emplace_back();
      for (std::uint32_t r = 1; r <= 3; ++r) manifest_.cells.back().push_back(all.rows(ShardId(k), SliceId(r)).size());
    }
    system_files().make_directory(directory_.path());
    publish(system_files(), directory_.manifest_path(), bytes_of(manifest_.to_json()));
  }

  static Session& session() {
    static Session session({.level = log::Level::kError});
    return session;
  }
  [[nodiscard]] const RunDirectory& directory() const { return directory_; }
  [[nodiscard]] std::filesystem::path folder(std::uint32_t shard) const {
    return shard_folder(directory_.path(), ShardId(shard));
  }
  [[nodiscard]] std::filesystem::path progress(std::uint32_t shard, std::uint32_t stage) const {
    return folder(shard) / progress_name(SliceId(stage));
  }
  [[nodiscard]] RunRecords records() const { return RunRecords::read(directory_); }
  [[nodiscard]] ShardRecord record(std::uint32_t shard) const { return records().shards.at(shard); }

  /// The ids of a slice's samples that are live.
  [[nodiscard]] std::vector<SampleId> ids(std::uint32_t shard, std::uint32_t slice) const {
    std::vector<SampleId> ids;
    const Partition live = partition();
    for (const auto row : live.rows(ShardId(shard), SliceId(slice))) ids.push_back(data_->id(row));
    REQUIRE_FALSE(ids.empty());
    return ids;
  }

  /// Trains a shard on what is live; until there is a stage's progress, if one is named.
  void train(std::uint32_t shard, std::uint32_t stop_in_stage = 0) const {
    ShardContext context = small_context(directory_.path(), manifest_.configuration, manifest_.seed);
    context.fingerprint = fingerprint_digest(manifest_.numerics);
    context.respects = records().history.batches();
    ShardHooks hooks;
    if (stop_in_stage > 0)
      hooks.stop = [this, shard, stop_in_stage] {
        return std::filesystem::exists(progress(shard, stop_in_stage)) ? StopRequest::kNow : StopRequest::kGoOn;
      };
    const bool complete = expunge::train_shard(context, ShardId(shard), *data_, partition(), hooks).complete;
    REQUIRE(complete == (stop_in_stage == 0));
  }
  void train_all() const {
    train(0);
    train(1);
  }

  [[nodiscard]] std::unique_ptr<Coordinator> coordinator(FileSystem& files = system_files()) const {
    auto coordinator = std::make_unique<Coordinator>(session(), files, directory_, CoordinatorOptions{});
    coordinator->open();
    return coordinator;
  }

  /// Files that a shard's folder has and none of its records names.
  [[nodiscard]] std::set<std::string> unnamed(std::uint32_t shard) const {
    auto names = names_in(folder(shard));
    for (const auto& name : names_of(record(shard))) names.erase(name);
    return names;
  }

 private:
  [[nodiscard]] Partition partition() const {
    const auto& c = manifest_.configuration;
    const Partitioner partitioner(manifest_.seed, c.shards, c.slices);
    if (!directory_.exists()) return {partitioner, *data_};
    const RunRecords now = records();
    return {partitioner, *data_, [&](SampleId id) { return !now.history.is_deleted(id); }};
  }

  static constexpr const char* kData = "digits:200,seed=3";
  TemporaryFolder folder_;
  RunDirectory directory_;
  std::unique_ptr<Dataset> data_;
  Manifest manifest_;
};

inline Request request_of(const std::string& id, std::vector<SampleId> samples) {
  Request request;
  request.id = id;
  request.selector = std::move(samples);
  request.line = 1;
  return request;
}

}  // namespace expunge::testing
