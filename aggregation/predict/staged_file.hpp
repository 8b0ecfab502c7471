// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "framework/io/file_system.hpp"

namespace expunge {

/// A file that is written under a temporary name beside the one it is meant for, and takes its place when it is whole.
/// Until then nothing at the place changes; what was not published is removed with this object.
class StagedFile {
 public:
  /// Makes nothing yet. Throws UsageError where something is at `path` already (`force`: only where that is no regular
  /// file), Failure where the folder is missing.
  StagedFile(std::filesystem::path path, bool force, FileSystem& files);
  StagedFile(const StagedFile&) = delete;
  StagedFile& operator=(const StagedFile&) = delete;
  ~StagedFile();

  /// Where to write. No file has this name at construction.
  [[nodiscard]] const std::filesystem::path& temporary() const { return temporary_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// Fsyncs what was written, which must be closed, gives it its name and fsyncs the folder. Throws Failure naming the
  /// path; UsageError where, without `force`, the place was taken meanwhile.
  void publish();

 private:
  void refuse_what_is_there() const;

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  bool force_;
  bool published_ = false;
  FileSystem& files_;
};

}  // namespace expunge
