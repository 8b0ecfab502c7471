// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>

#include "framework/io/file_system.hpp"
#include "shards/checkpoint/shard_record.hpp"

namespace expunge {

/// Removes from a shard's folder, durably, what a killed job may have left: temporary files, slice and offset
/// files that never entered a record, and the progress of stages other than those in `under_way`. Files named in `keep`
/// stay. Returns how many there were. The caller holds the run's lock.
std::size_t remove_unfinished_files(FileSystem& files, const std::filesystem::path& run, ShardId shard,
                                    const std::set<SliceId>& under_way, const std::set<std::string>& keep = {});

}  // namespace expunge
