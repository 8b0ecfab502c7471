// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>

#include "framework/io/file_system.hpp"

namespace expunge {

/// What the file `halt` in a run directory asks of the job that works there. The job that obeys removes the file; a job
/// that finds one when it starts removes it too, since it was meant for another.
enum class HaltRequest : std::uint8_t {
  kNone,        ///< there is no such file
  kAfterSlice,  ///< "after-slice": end the stage that is under way, then stop
  kNow,         ///< "now": stop at the next place from which the work goes on; also anything else, a bare `touch` too
};

/// Cheap where there is no file: for polling.
[[nodiscard]] HaltRequest read_halt_file(const std::filesystem::path& run);

/// Writes or replaces it. `request` is not kNone.
void write_halt_file(FileSystem& files, const std::filesystem::path& run, HaltRequest request);

/// Returns whether there was one.
bool remove_halt_file(FileSystem& files, const std::filesystem::path& run);

/// At the start of a job: removes a halt file that an earlier one left, and says so in the log.
void clear_stale_halt_file(FileSystem& files, const std::filesystem::path& run);

}  // namespace expunge
