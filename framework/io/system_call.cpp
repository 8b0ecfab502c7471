// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/io/system_call.hpp"

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <system_error>

#include "framework/core/error.hpp"

namespace expunge {

int Descriptor::close() {
  const int result = ::close(std::exchange(fd_, -1));
  // Linux has released the descriptor even where close was interrupted.
  return result == 0 || errno == EINTR ? 0 : errno;
}

Descriptor open_for_reading(std::string_view verb, const std::filesystem::path& path) {
  int fd = -1;
  do {
    fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  } while (fd < 0 && errno == EINTR);
  if (fd < 0) fail_system_call(verb, path, errno);
  return Descriptor(fd);
}

std::string reason_of_system(int error) {
  std::string reason = std::generic_category().message(error);
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return fmt::format("the disk is full ({}); free some space and run again", reason);
    case EFBIG:
      return fmt::format(
          "a file may not grow so far here ({}); raise the limit (ulimit -f) or use a file system for larger files, "
          "and run again",
          reason);
    default:
      return reason;
  }
}

void fail_system_call(std::string_view verb, const std::filesystem::path& path, int error, std::uintmax_t bytes) {
  const std::string reason = std::generic_category().message(error);
  const std::string place = path.string();
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      if (bytes == 0) break;
      throw Failure(
          fmt::format("cannot {} {}: the disk is full ({}); {} bytes were needed; free some space and run again", verb,
                      place, reason, bytes));
    case EACCES:
    case EPERM:
    case EROFS:
      throw Failure(fmt::format("cannot {} {}: no {} permission ({}); check its owner and mode and those of its folder",
                                verb, place, verb == "read" || verb == "map" ? "read" : "write", reason));
    default:
      break;
  }
  throw Failure(fmt::format("cannot {} {}: {}", verb, place, reason_of_system(error)));
}

}  // namespace expunge
