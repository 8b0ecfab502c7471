// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>

#include "framework/io/file_system.hpp"

namespace expunge {

/// Where a comparison works: below the run that it compares methods on, so that erasure knows of it.
[[nodiscard]] std::filesystem::path comparison_folder(const std::filesystem::path& run);

/// Removes a run's workspaces, durably: they may hold models that saw what is to be forgotten. Warns of a file that has
/// further hard links, which is not erased by that. Returns how many files there were. The caller holds the run's lock.
std::size_t remove_workspaces(FileSystem& files, const std::filesystem::path& run);

}  // namespace expunge
