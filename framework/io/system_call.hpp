// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace expunge {

/// A file descriptor that closes itself. Where a failing close matters, `close` reports it.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }
  /// Returns 0, or the error number.
  [[nodiscard]] int close();

 private:
  int fd_ = -1;
};

/// Opens an existing file for reading. Throws Failure naming the path; `verb` is what was to be done ("read").
[[nodiscard]] Descriptor open_for_reading(std::string_view verb, const std::filesystem::path& path);

/// The system's words for an error number, with what to do about a disk or a file without room.
[[nodiscard]] std::string reason_of_system(int error);

/// Throws the Failure that a system call's error number stands for: what was to be done ("write"), the path, the
/// system's reason, and what to do where that is known. `bytes` is what a write needed, 0 for other calls.
[[noreturn]] void fail_system_call(std::string_view verb, const std::filesystem::path& path, int error,
                                   std::uintmax_t bytes = 0);

}  // namespace expunge
