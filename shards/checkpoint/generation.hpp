// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "framework/io/file_system.hpp"
#include "shards/checkpoint/shard_record.hpp"
#include "shards/checkpoint/shard_unlearning.hpp"
#include "shards/journal/history.hpp"
#include "shards/journal/journal.hpp"

namespace expunge {

/// A shard's generations on disk: the one that is current, and the one that is being retrained, if any.
struct Generations {
  ShardRecord current;              ///< empty where the shard has no record
  std::optional<ShardRecord> next;  ///< `next.json`

  /// The one from which a new generation begins: with the most stages that never saw a deleted sample.
  [[nodiscard]] const ShardRecord& best(const History& history) const;
};
[[nodiscard]] Generations read_generations(const std::filesystem::path& run, ShardId shard);

/// The files of a shard that become superseded by a batch that takes samples from its slices `first` and later: slice
/// files of both generations, and a stage's progress. Those that `history`, without that batch, holds superseded
/// already are left out. What an approximation names is listed whole, whatever `first` is, and anew by every batch: by
/// which method a batch is worked off decides what is kept of it. To heal a shard, give the stage after its exact ones.
[[nodiscard]] std::vector<SupersededFile> newly_superseded(const std::filesystem::path& run,
                                                           const Generations& generations, const History& history,
                                                           SliceId first);

/// Puts a generation down in `next.json` that begins with what is exact and untainted of the best one and respects all
/// batches; where the current one is approximate, that heals it. One that is there already, untainted and without an
/// approximation, is left as it is, so that an interrupted retraining goes on.
void begin_next_generation(FileSystem& files, const std::filesystem::path& run, const Generations& generations,
                           const History& history);

/// What becomes of an approximate shard's tainted stages before the first slice that is touched.
enum class OldStages : std::uint8_t {
  kDropped,  ///< for methods that keep no trajectory: the catalogue's
  kKept      ///< retraining starts from the last of them where it is later than the exact ones: for DeepObliviate
};

/// Likewise for an approximate method, which works in `next.json` itself: the generation has an `approximation` under
/// way, without a state served, whose batches are the task's and all that the current one was forgotten approximately
/// by. One that is there already, respects all batches and was begun by the same method is left as it is, done or under
/// way; of one that a later batch taints, the stages that are untainted stay.
void begin_approximate_generation(FileSystem& files, const std::filesystem::path& run, const Generations& generations,
                                  const History& history, const ShardUnlearning& task, OldStages old_stages);

/// Makes `next.json` the current record, durably. Where there is none it was renamed before.
void publish_next_generation(FileSystem& files, const std::filesystem::path& run, ShardId shard);

/// Makes what is exact and untainted of the best generation the current record, at once, and removes `next.json`.
void roll_back(FileSystem& files, const std::filesystem::path& run, const Generations& generations,
               const History& history);

/// Unlinks files, passing over those that a current or next record names by now (an equal state gives an equal file,
/// and an approximation keeps tainted ones: "kept (approximate)"), and progress files of the same name that came to be
/// since, and syncs their folders. Says of each what became of it.
[[nodiscard]] std::vector<FileFate> erase_files(FileSystem& files, const std::filesystem::path& run,
                                                const std::vector<SupersededFile>& superseded);

/// What a record serves: stage 0 where it is nothing, as while an approximation is under way.
[[nodiscard]] ServedState served_state(const ShardRecord& record);

}  // namespace expunge
