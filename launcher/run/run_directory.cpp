// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/run/run_directory.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include <fmt/chrono.h>

#include "framework/core/error.hpp"
#include "framework/io/system_call.hpp"

namespace expunge {

RunDirectory::RunDirectory(const std::filesystem::path& path) : path_(std::filesystem::absolute(path)) {}

bool RunDirectory::exists() const {
  std::error_code error;
  const auto type = std::filesystem::status(manifest_path(), error).type();
  if (type == std::filesystem::file_type::not_found) return false;
  if (error) fail_system_call("read", manifest_path(), error.value());
  return true;
}

Manifest RunDirectory::manifest() const {
  if (!exists())
    throw Failure(fmt::format("{}: there is no run here (no manifest.json): make one with 'expunge train --run {}'",
                              path_.string(), path_.string()));
  const Bytes bytes = read_file(manifest_path());
  return Manifest::from_json(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()),
                             manifest_path().string());
}

std::vector<ShardRecord> RunDirectory::shard_records(const Manifest& manifest) const {
  std::vector<ShardRecord> records;
  for (std::uint32_t k = 0; k < manifest.configuration.shards; ++k) {
    auto record = read_shard_record(path_, ShardId(k));
    records.push_back(record ? std::move(*record) : ShardRecord{ShardId(k), 0, 0, {}});
    const ShardRecord& now = records.back();
    const std::size_t stages = std::max<std::size_t>(now.slices.size(), now.served_stage());
    if (stages > manifest.configuration.slices)
      throw Failure(fmt::format("{}: shard.json lists {} stages and the run has {}",
                                shard_folder(path_, ShardId(k)).string(), stages, manifest.configuration.slices));
  }
  return records;
}

namespace {

std::string who_am_i() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return fmt::format("host {}, process {}, since {:%Y-%m-%d %H:%M:%S} UTC", host.data(), ::getpid(),
                     fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())));
}

std::string content_of(int descriptor) {
  std::array<char, 512> text{};
  const auto size = ::pread(descriptor, text.data(), text.size(), 0);
  return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : std::string();
}

std::filesystem::path lock_path(const RunDirectory& run) {
  return run.path() / "lock";
}

/// The folders that would have to be made for `path`, the deepest first.
std::vector<std::filesystem::path> missing_folders(std::filesystem::path path) {
  std::vector<std::filesystem::path> missing;
  std::error_code unreadable;
  for (; !path.empty() && std::filesystem::status(path, unreadable).type() == std::filesystem::file_type::not_found;
       path = path.parent_path())
    missing.push_back(path);
  return missing;
}

/// Whether a file is still the one that its path leads to.
bool is_at(int descriptor, const std::filesystem::path& path) {
  struct stat open {};
  struct stat there {};
  return ::fstat(descriptor, &open) == 0 && ::stat(path.c_str(), &there) == 0 && open.st_dev == there.st_dev &&
         open.st_ino == there.st_ino;
}

}  // namespace

RunLock::RunLock(const RunDirectory& run) : run_(run) {
  // A job that gives the lock back may take its file or the folder away between two steps of this one: then once more.
  constexpr int kAttempts = 100;
  for (int attempt = 0; descriptor_ < 0 && attempt < kAttempts; ++attempt) open_and_lock();
  if (descriptor_ < 0) throw Stopped(fmt::format("{}: other jobs come and go here: try again", run.path().string()));
  if (std::string holder = content_of(descriptor_); !holder.empty()) died_ = std::move(holder);
  const std::string me = who_am_i();
  if (::ftruncate(descriptor_, 0) == 0 && ::pwrite(descriptor_, me.data(), me.size(), 0) >= 0) return;
  const int reason = errno;
  give_back();
  fail_system_call("write the run's lock", lock_path(run), reason);
}

/// Leaves `descriptor_` at -1 where it has to be tried again.
void RunLock::open_and_lock() {
  auto missing = missing_folders(run_.path());
  if (!missing.empty()) made_ = std::move(missing);
  const auto path = lock_path(run_);
  int descriptor = -1;
  try {
    system_files().make_directory(run_.path());
    descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0 && errno == ENOENT) return;
    if (descriptor < 0) fail_system_call("open the run's lock", path, errno);
  } catch (const Failure&) {
    remove_made_folders();
    throw;
  }
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    const int reason = errno;
    const std::string holder = content_of(descriptor);
    ::close(descriptor);
    if (reason != EWOULDBLOCK) fail_system_call("lock", path, reason);
    throw Stopped(
        fmt::format("{}: another job holds this run ({}): wait for it to end, or stop it with 'expunge halt --run {}'",
                    run_.path().string(), holder.empty() ? "it has not said which" : holder, run_.path().string()));
  }
  if (is_at(descriptor, path))
    descriptor_ = descriptor;
  else
    ::close(descriptor);
}

void RunLock::remove_made_folders() const {
  for (const auto& folder : made_) ::rmdir(folder.c_str());
}

void RunLock::give_back() {
  // An empty lock file says that its holder gave it back; closing releases the lock. Failing here loses only that word.
  if (::ftruncate(descriptor_, 0) != 0) errno = 0;
  struct stat status {};
  if (::stat(run_.manifest_path().c_str(), &status) != 0 && errno == ENOENT) {
    ::unlink(lock_path(run_).c_str());
    remove_made_folders();
  }
  ::close(std::exchange(descriptor_, -1));
}

RunLock::~RunLock() {
  if (descriptor_ >= 0) give_back();
}

}  // namespace expunge
