// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "framework/io/file_system.hpp"
#include "launcher/run/manifest.hpp"
#include "shards/checkpoint/shard_record.hpp"

namespace expunge {

/// The folder in which a run lives.
class RunDirectory {
 public:
  explicit RunDirectory(const std::filesystem::path& path);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path manifest_path() const { return path_ / "manifest.json"; }
  [[nodiscard]] std::filesystem::path journal_path() const { return path_ / "journal.jsonl"; }
  /// Whether there is a manifest. Throws Failure where the folder can't be looked at.
  [[nodiscard]] bool exists() const;
  /// Throws Failure that says what to do where there is no run, or its manifest can't be read.
  [[nodiscard]] Manifest manifest() const;
  /// The shards' records, in order; an empty record for a shard without one.
  [[nodiscard]] std::vector<ShardRecord> shard_records(const Manifest& manifest) const;
  /// The result of the last `evaluate`, as it was written; empty where there is none.
  [[nodiscard]] std::filesystem::path evaluation_path() const { return path_ / "evaluation.json"; }
  /// The verdict of the last `verify`, likewise.
  [[nodiscard]] std::filesystem::path verification_path() const { return path_ / "verification.json"; }

 private:
  std::filesystem::path path_;
};

/// One writer at a time. Held by rank 0 for as long as the object lives; ends with the process, however that ends.
class RunLock {
 public:
  /// Makes the folder (mode 0700) where it isn't there. Throws Stopped naming the holder where another job has the run,
  /// Failure where the folder can't be written; nothing is left then.
  explicit RunLock(const RunDirectory& run);
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;
  /// Gives the lock back. Where no manifest came to be, its file and the folders it made go too: a start that was
  /// refused leaves nothing.
  ~RunLock();

  /// What the lock's last holder wrote of itself, if it ended without giving the lock back: it was killed.
  [[nodiscard]] const std::optional<std::string>& died() const { return died_; }

 private:
  void open_and_lock();
  void give_back();
  void remove_made_folders() const;

  RunDirectory run_;
  std::vector<std::filesystem::path> made_;  ///< folders that were not there before, the deepest first
  int descriptor_ = -1;
  std::optional<std::string> died_;
};

}  // namespace expunge
