// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "shards/checkpoint/shard_record.hpp"
#include "shards/journal/journal.hpp"
#include "shards/verify/finding.hpp"
#include "shards/verify/lineage.hpp"

namespace expunge {

/// What lies in a run directory without being on record.
struct Leftovers {
  std::vector<Finding> findings;        ///< "stale-file", "unknown-file", "record"
  std::vector<std::string> unfinished;  ///< below the run directory: of a job that has not ended; saw live samples only
};

/// What decides about the files in a shard's folder. Refers to what it is given.
struct FolderSetting {
  const std::filesystem::path& run;
  ShardId shard;
  /// What is on record; null where the record can't be read, and nothing is said of slice files then.
  const ShardRecord* record = nullptr;
  std::span<const StageSet> sets{};  ///< of stages 1 … R; empty where nobody knows who is live
  std::uint32_t untainted = 0;       ///< stages of the record that never saw a deleted sample
  bool deletions = false;            ///< whether the run ever accepted any
  /// Whether a pending batch is to be forgotten approximately here: then what the next generation keeps for that, saw
  /// deleted samples by right.
  bool approximating = false;
  /// Files of this shard that completed batches superseded: they must be gone.
  std::span<const SupersededFile> superseded{};
};

/// Looks at every file in a shard's folder that its record does not name. A checkpoint, finished or not, saw a deleted
/// sample unless its provenance says that it was trained on exactly the samples that are live now, from a state on
/// record that never saw one either, and by no approximate method. A slice file that no record names is left by a job
/// that ended before it wrote the record, where it is the next stage's; else it is one that should be gone.
[[nodiscard]] Leftovers folder_leftovers(const FolderSetting& setting);

/// The state of a journal, as a manifest names it.
struct JournalHead {
  std::uint64_t length = 0;
  Digest hash;
};

/// The same for all of a run directory but the folders of its shards 0 … `shards` − 1. A comparison's workspace is
/// unfinished while the journal is as it was when it began: later, its models may have seen samples deleted since.
[[nodiscard]] Leftovers run_leftovers(const std::filesystem::path& run, std::uint32_t shards, const JournalHead& head);

/// The files of one shard that completed batches superseded, in the journal's order.
[[nodiscard]] std::vector<SupersededFile> superseded_for_good(const Journal& journal, ShardId shard);

/// What the journal says could not be erased: "shards/0003/slice-02-….h5: not erased: 1 hard links".
[[nodiscard]] std::vector<std::string> not_erased(const Journal& journal);

}  // namespace expunge
