// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>
#include <cstddef>
#include <filesystem>
#include <fstream>

#include "framework/comm/stop_flag.hpp"
#include "framework/core/error.hpp"
#include "framework/io/file_system.hpp"

namespace expunge::testing {

/// Files without fsync: for tests of thousands of jobs, where power cuts are played by FaultyFiles or not at all. It
/// can ask the process to stop at the k-th call, as a signal would that comes in right then.
class QuickFiles final : public FileSystem {
 public:
  QuickFiles() = default;
  /// Counted from 0 over all functions.
  explicit QuickFiles(std::size_t stop_at) : stop_at_(stop_at) {}

  void write_new(const std::filesystem::path& path, ByteView bytes) override {
    count();
    if (std::filesystem::exists(path)) throw Failure(path.string() + ": it is there already");
    put(path, bytes, std::ios::trunc);
  }
  void append(const std::filesystem::path& path, std::uint64_t kept, ByteView bytes) override {
    count();
    if (kept == 0)
      put(path, bytes, std::ios::trunc);
    else {
      if (std::filesystem::file_size(path) < kept) throw Failure(path.string() + ": it is shorter than it was");
      std::filesystem::resize_file(path, kept);
      put(path, bytes, std::ios::app);
    }
  }
  void rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    count();
    std::filesystem::rename(from, to);
  }
  std::uintmax_t unlink(const std::filesystem::path& path) override {
    count();
    if (!std::filesystem::exists(path)) return 0;
    const auto links = std::filesystem::hard_link_count(path);
    std::filesystem::remove(path);
    return links;
  }
  void sync_directory(const std::filesystem::path&) override { count(); }
  void make_directory(const std::filesystem::path& path) override {
    count();
    std::filesystem::create_directories(path);
  }

 private:
  static void put(const std::filesystem::path& path, ByteView bytes, std::ios::openmode mode) {
    std::ofstream file(path, std::ios::binary | mode);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (!file.flush()) throw Failure(path.string() + ": cannot write");
  }
  void count() {
    if (calls_++ != stop_at_) return;
    catch_stop_signals();  // a signal that came before has put the default action back
    std::raise(SIGUSR1);
  }

  std::size_t stop_at_ = static_cast<std::size_t>(-1);
  std::size_t calls_ = 0;
};

}  // namespace expunge::testing
