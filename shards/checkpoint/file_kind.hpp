// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "framework/core/digest.hpp"
#include "framework/core/ids.hpp"

namespace expunge {

/// The kinds of files in a shard's folder that saw samples: all that erasure, sweeping and verification must know.
///
///   slice-07-0123456789abcdef.h5       kSlice: the state after a stage
///   offset-07-0123456789abcdef.h5      kOffset: what a stitch adds to later stages
///   recording-07-0123456789abcdef.h5   kRecording: what a recorder kept of a stage
///   stage-07-progress.h5               kProgress: the state within a stage
enum class FileKind : std::uint8_t { kSlice, kOffset, kRecording, kProgress };

/// The kind that a name is of; nullopt: of none.
[[nodiscard]] std::optional<FileKind> file_kind(std::string_view name);

/// The kind of the file that a temporary one was to become (".slice-07-….h5.tmp-12-0"); nullopt: of none, or no
/// temporary file.
[[nodiscard]] std::optional<FileKind> temporary_kind(std::string_view name);

/// The name of a complete stage's file, which ends in the first digits of its content's digest. Bug for kProgress.
[[nodiscard]] std::string file_name(FileKind kind, SliceId stage, const Digest& digest);

/// The name of a stage's progress file.
[[nodiscard]] std::string progress_name(SliceId stage);

}  // namespace expunge
