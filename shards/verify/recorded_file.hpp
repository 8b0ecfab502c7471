// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "shards/checkpoint/shard_record.hpp"
#include "shards/verify/finding.hpp"

namespace expunge {

/// A path as findings name it: below the run directory.
[[nodiscard]] std::string below_run(const std::filesystem::path& run, const std::filesystem::path& path);

/// Reads a file that a shard's record names. `what` is what the record calls it ("stage 3"). Where it is missing, has
/// another length or other bytes, that is a finding, and nothing is read. Throws Failure where the disk can't be read.
[[nodiscard]] std::optional<SliceFile> read_recorded(const std::filesystem::path& run, ShardId shard,
                                                     const std::string& what, const StoredFile& file,
                                                     std::vector<Finding>& findings);

}  // namespace expunge
