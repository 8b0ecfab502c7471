// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "aggregation/predict/staged_file.hpp"

#include <cerrno>
#include <unistd.h>
#include <utility>

#include "framework/core/error.hpp"
#include "framework/io/system_call.hpp"

namespace expunge {

namespace {

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

std::filesystem::path free_name_beside(const std::filesystem::path& path) {
  for (int attempt = 0;; ++attempt) {
    std::filesystem::path name =
        folder_of(path) / fmt::format(".{}.tmp-{}-{}", path.filename().string(), ::getpid(), attempt);
    // A name that can't be looked at (too long, no permission) is told by whoever creates the file.
    std::error_code ignored;
    if (!std::filesystem::exists(std::filesystem::symlink_status(name, ignored))) return name;
  }
}

void sync_file(const std::filesystem::path& path) {
  const Descriptor file = open_for_reading("write", path);
  if (::fsync(file.get()) != 0) fail_system_call("write", path, errno);
}

}  // namespace

StagedFile::StagedFile(std::filesystem::path path, bool force, FileSystem& files)
    : path_(std::move(path)), force_(force), files_(files) {
  refuse_what_is_there();
  const std::filesystem::path folder = folder_of(path_);
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder, ignored))
    throw Failure(
        fmt::format("cannot write {}: there is no folder {}; make it first", path_.string(), folder.string()));
  temporary_ = free_name_beside(path_);
}

void StagedFile::refuse_what_is_there() const {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::symlink_status(path_, error);
  if (!std::filesystem::exists(status)) return;
  if (!std::filesystem::is_regular_file(status))
    throw UsageError(fmt::format("{} is there and is no regular file: give another path, or '-' for standard output",
                                 path_.string()));
  if (!force_) throw UsageError(fmt::format("{} is there already: give another path, or --force", path_.string()));
}

StagedFile::~StagedFile() {
  std::error_code ignored;
  if (!published_ && !temporary_.empty()) std::filesystem::remove(temporary_, ignored);
}

void StagedFile::publish() {
  sync_file(temporary_);
  refuse_what_is_there();
  files_.rename(temporary_, path_);
  published_ = true;
  files_.sync_directory(folder_of(path_));
}

}  // namespace expunge
