// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "framework/core/ids.hpp"
#include "framework/io/file_system.hpp"

namespace expunge {

/// Removes what a killed job may have left in a shard's folder: temporary files, slice files that were written but
/// entered neither record, and the progress of every stage but that after the first `done` ones (kept where `done` is
/// less than `slices`). Returns how many there were; syncs the folder then. The caller holds the run's lock.
std::size_t remove_unfinished(FileSystem& files, const std::filesystem::path& run, ShardId shard, std::uint32_t done,
                              std::uint32_t slices);

}  // namespace expunge
