// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "framework/core/bytes.hpp"

namespace expunge {

/// The calls by which expunge changes files, one seam for all of them, so that tests can lose unsynced bytes, fail the
/// k-th call, or end the process between two calls. Every function throws Failure naming the path, the system's reason
/// and, for a full disk or a missing permission, what to do.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  /// Creates `path` (which must not exist), writes `bytes`, fsyncs. On failure nothing is left at `path`.
  virtual void write_new(const std::filesystem::path& path, ByteView bytes) = 0;
  /// Makes `path` consist of its first `kept` bytes and `bytes`, and fsyncs: for files that grow. Where `kept` is 0 the
  /// file may be missing; it is made with mode 0600 then, and its folder must be synced by the caller. What an
  /// interrupted call leaves is the first `kept` bytes and any part of the rest. Throws Failure where the file is
  /// shorter than `kept`.
  virtual void append(const std::filesystem::path& path, std::uint64_t kept, ByteView bytes) = 0;
  virtual void rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
  /// Removes a file; one that isn't there is no failure. Returns the number of hard links it had (0: it was not there).
  virtual std::uintmax_t unlink(const std::filesystem::path& path) = 0;
  virtual void sync_directory(const std::filesystem::path& path) = 0;
  /// Creates a folder and its parents with mode 0700; one that exists is left as it is.
  virtual void make_directory(const std::filesystem::path& path) = 0;
};

/// The machine's own.
[[nodiscard]] FileSystem& system_files();

/// Publishes `bytes` at `path`: a temporary file beside it, fsync, rename, fsync of the folder. `kill -9` at any
/// instant leaves the old file or the new one, and perhaps a temporary one that `sweep_temporaries` removes.
void publish(FileSystem& files, const std::filesystem::path& path, ByteView bytes);

/// Removes what an interrupted `publish` left in `folder` (not below it). Returns how many there were. Call it only
/// while holding the folder's lock.
std::size_t sweep_temporaries(FileSystem& files, const std::filesystem::path& folder);

/// The whole of a file. Throws Failure naming the path where it can't be read.
[[nodiscard]] Bytes read_file(const std::filesystem::path& path);

}  // namespace expunge
