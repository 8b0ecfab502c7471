// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/run_directory.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <fmt/chrono.h>

#include "framework/core/error.hpp"

namespace expunge {

RunDirectory::RunDirectory(std::filesystem::path path) : path_(std::filesystem::absolute(path)) {}

bool RunDirectory::exists() const {
  return std::filesystem::exists(manifest_path());
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
    records.push_back(record ? std::move(*record) : ShardRecord{ShardId(k), 0, {}, 0, 0});
    if (records.back().slices.size() > manifest.configuration.slices)
      throw Failure(fmt::format("{}: shard.json lists {} stages and the run has {}",
                                shard_folder(path_, ShardId(k)).string(), records.back().slices.size(),
                                manifest.configuration.slices));
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

}  // namespace

RunLock::RunLock(const RunDirectory& run) {
  system_files().make_directory(run.path());
  const auto path = run.path() / "lock";
  descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor_ < 0)
    throw Failure(fmt::format("{}: cannot open the run's lock: {}", path.string(), std::strerror(errno)));
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    const int reason = errno;
    const std::string holder = content_of(descriptor_);
    ::close(descriptor_);
    if (reason == EWOULDBLOCK)
      throw Stopped(fmt::format(
          "{}: another job holds this run ({}): wait for it to end, or stop it with 'expunge halt --run {}'",
          run.path().string(), holder.empty() ? "it has not said which" : holder, run.path().string()));
    throw Failure(fmt::format("{}: cannot lock: {}", path.string(), std::strerror(reason)));
  }
  if (std::string holder = content_of(descriptor_); !holder.empty()) died_ = std::move(holder);
  const std::string me = who_am_i();
  if (::ftruncate(descriptor_, 0) != 0 || ::pwrite(descriptor_, me.data(), me.size(), 0) < 0) {
    const int reason = errno;
    ::close(descriptor_);
    throw Failure(fmt::format("{}: cannot write the run's lock: {}", path.string(), std::strerror(reason)));
  }
}

RunLock::~RunLock() {
  // An empty lock file says that its holder gave it back; closing releases the lock. Failing here loses only that word.
  if (::ftruncate(descriptor_, 0) != 0) errno = 0;
  ::close(descriptor_);
}

}  // namespace expunge
