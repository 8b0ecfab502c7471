// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "launcher/run/opened_run.hpp"
#include "shards/checkpoint/shard_unlearning.hpp"
#include "shards/methods/catalogue.hpp"
#include "shards/policy/plan.hpp"

namespace expunge {

/// The pending batches that have not come as far as `state`.
[[nodiscard]] std::vector<std::uint64_t> pending_before(const History& history, BatchState state);

/// What pending batches ask of one shard, as its generations are now.
struct PendingShard {
  /// The earliest slice that they take samples from; of what is to be retrained exactly and was served approximately,
  /// the earliest stage that is not exact, if that comes first.
  SliceId first;
  SliceId last;                           ///< the latest that they take samples from
  std::uint64_t samples = 0;              ///< that they take
  std::vector<std::uint64_t> promised{};  ///< those that take samples from it or heal it; ascending
  std::vector<std::uint64_t> batches{};   ///< those that take samples which the current generation saw; ascending
  bool heals = false;                     ///< the current one is approximate, and a batch promises that it won't be
  bool replaced = false;                  ///< by another generation, which `method` makes; else it is gone on with
  UnlearningMethod method{};              ///< exact wherever one of the batches is, or nothing whole is there
};
using PendingWork = std::map<ShardId, PendingShard>;

/// A pure function of the journal and of the shards' current generations, so that whoever comes next decides alike.
/// Throws UsageError for a method that this program does not know.
[[nodiscard]] PendingWork pending_work(const std::filesystem::path& run, const RunRecords& records);

/// What one shard's part of the pending batches is carried out by.
[[nodiscard]] ShardUnlearning task_of(ShardId shard, const PendingShard& asked);

/// Where the samples lie that approximate methods are to forget, as far as the data still has them.
[[nodiscard]] Partition forgotten_samples(const RunRecords& records, const Dataset& data, const PendingWork& work);

/// What is left to do. An approximate shard counts with all that its method may retrain at most; with nothing where
/// that is for a method of the catalogue to say.
[[nodiscard]] UnlearningPlan plan_work(const std::filesystem::path& run, const RunRecords& records,
                                       const CellCounts& live, const PendingWork& work);

/// Adds shards to a plan that a method of the catalogue works on, with the first slice touched and without stages: what
/// that costs is for the method to say.
void add_catalogue(UnlearningPlan& plan, const Impact& shards);

/// What pending batches supersede, less what was erased when they were forgotten.
[[nodiscard]] std::vector<SupersededFile> files_to_erase(const RunRecords& records);

/// The batches among `batches` by their methods: "exact", or several, "deepobliviate, exact".
[[nodiscard]] std::string methods_of(const Journal& journal, std::span<const std::uint64_t> batches);

/// What a pass retrained of one shard: stages, and all sample-gradients that it cost.
struct RetrainedShard {
  std::uint64_t stages = 0;
  std::uint64_t sample_gradients = 0;
};
[[nodiscard]] RetrainedShard retrained_of(const ShardRecord& record, SliceId first);

/// The weaker of two guarantees: "none", "heuristic", "certified", "exact".
[[nodiscard]] const std::string& weaker(const std::string& one, const std::string& other);
/// Of what a shard serves.
[[nodiscard]] const std::string& guarantee_of(const ShardRecord& record);

}  // namespace expunge
