// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "shards/checkpoint/shard_record.hpp"

namespace expunge {

/// Something that a verification found and that should not be so. One finding is enough for the answer "no".
///
/// `what` is one of "journal" (its chain does not hold), "record" (a shard's record is malformed or contradicts its
/// files), "missing-file", "damaged-file" (not the bytes that are on record), "lineage" (a checkpoint does not come
/// from what it should come from), "stale-shard" (it saw samples that are deleted by now), "stale-file" (a file that
/// saw deleted samples, or can't be shown not to have), "unknown-file" (nothing in the run names it).
struct Finding {
  std::string what;
  std::string file;  ///< below the run directory; empty where no single file is meant
  std::string message;
  auto operator<=>(const Finding&) const = default;
};

/// A path as findings name it: below the run directory.
[[nodiscard]] std::string below_run(const std::filesystem::path& run, const std::filesystem::path& path);

/// Reads a file that a shard's record names. `what` is what the record calls it ("stage 3"). Where it is missing, has
/// another length or other bytes, that is a finding, and nothing is read. Throws Failure where the disk can't be read.
[[nodiscard]] std::optional<SliceFile> read_recorded(const std::filesystem::path& run, ShardId shard,
                                                     const std::string& what, const StoredFile& file,
                                                     std::vector<Finding>& findings);

}  // namespace expunge
