// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "framework/io/file_system.hpp"

namespace expunge::testing {

/// The end of the process, as `kill -9` or a power cut brings it. It is no Failure, so that nothing that handles
/// failures handles it: a dead process cleans up nothing.
struct Crash {};

/// The system's files, with something going wrong at the k-th call, counted from 0 over all functions.
///
///   FaultyFiles files(system_files(), {.at = 2, .what = Fault::kCrashAfter});
///   CHECK_THROWS_AS(publish(files, path, bytes), Crash);
///   files.lose_unsynced();  // what a power cut would take; without it: what a killed process leaves
struct Fault {
  enum What : std::uint8_t {
    kFail,         ///< the call does nothing and throws a Failure with `message`
    kCrashBefore,  ///< the process ends before the call
    kCrashAfter,   ///< the process ends after the call
    kCrashWithin,  ///< the process ends in the middle of it: a write leaves half of its bytes
  };
  std::size_t at = std::numeric_limits<std::size_t>::max();  ///< none
  What what = kFail;
  std::string message = "cannot write: the disk is full (No space left on device)";
};

class FaultyFiles final : public FileSystem {
 public:
  explicit FaultyFiles(FileSystem& inner, Fault fault = {}) : inner_(inner), fault_(std::move(fault)) {}

  void write_new(const std::filesystem::path& path, ByteView bytes) override;
  void append(const std::filesystem::path& path, std::uint64_t kept, ByteView bytes) override;
  void rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
  std::uintmax_t unlink(const std::filesystem::path& path) override;
  void sync_directory(const std::filesystem::path& path) override;
  void make_directory(const std::filesystem::path& path) override;

  /// Takes back what no `sync_directory` made durable, the newest first: files that were made disappear, renames are
  /// undone with the file that they replaced, and removed files are there again. Files of write_new keep their bytes
  /// (it fsyncs them) wherever their name is durable.
  void lose_unsynced();

  /// The next process, on what the one before left: its calls are counted anew, and what was never synced is still to
  /// be lost.
  void start_again(Fault fault = {});

  [[nodiscard]] std::size_t calls() const { return calls_; }
  [[nodiscard]] bool crashed() const { return crashed_; }

 private:
  /// What undoes one change of a folder that was not yet synced.
  struct Unsynced {
    std::filesystem::path folder;
    std::function<void()> undo;
  };

  /// Counts a call and does it, unless the fault strikes. `half` is what a crash in its middle leaves.
  void call(
      const std::function<void()>& action, const std::function<void()>& half = [] {});
  [[nodiscard]] std::function<void()> restoring(const std::filesystem::path& path) const;

  FileSystem& inner_;
  Fault fault_;
  std::size_t calls_ = 0;
  bool crashed_ = false;
  std::vector<Unsynced> unsynced_;
};

}  // namespace expunge::testing
