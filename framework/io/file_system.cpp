// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/io/file_system.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include "framework/core/error.hpp"
#include "framework/io/system_call.hpp"

namespace expunge {

namespace {

constexpr std::string_view kTemporaryMark = ".tmp-";

std::filesystem::path folder_of(const std::filesystem::path& path) {
  const std::filesystem::path parent = path.parent_path();
  return parent.empty() ? std::filesystem::path(".") : parent;
}

/// Returns 0, or the error number.
int write_all(int fd, ByteView bytes) {
  constexpr std::size_t kLargestCall = std::size_t{1} << 30U;  // Linux writes at most 2 GiB in one call
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), std::min(bytes.size(), kLargestCall));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return ::fsync(fd) == 0 ? 0 : errno;
}

class SystemFiles final : public FileSystem {
 public:
  void write_new(const std::filesystem::path& path, ByteView bytes) override {
    int fd = -1;
    do {
      fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    } while (fd < 0 && errno == EINTR);
    if (fd < 0) fail_system_call("write", path, errno, bytes.size());
    Descriptor file(fd);
    int error = write_all(file.get(), bytes);
    const int close_error = file.close();
    if (error == 0) error = close_error;
    if (error != 0) {
      ::unlink(path.c_str());
      fail_system_call("write", path, error, bytes.size());
    }
  }

  void append(const std::filesystem::path& path, std::uint64_t kept, ByteView bytes) override {
    const int flags = O_WRONLY | O_CLOEXEC | (kept == 0 ? O_CREAT : 0);
    Descriptor file(::open(path.c_str(), flags, S_IRUSR | S_IWUSR));
    if (file.get() < 0) fail_system_call("write", path, errno, bytes.size());
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) fail_system_call("write", path, errno);
    if (static_cast<std::uint64_t>(status.st_size) < kept)
      throw Failure(
          fmt::format("{} has {} bytes and should have {} or more: it was cut", path.string(), status.st_size, kept));
    const auto end = static_cast<off_t>(kept);
    if (::ftruncate(file.get(), end) != 0 || ::lseek(file.get(), end, SEEK_SET) != end)
      fail_system_call("write", path, errno, bytes.size());
    int error = write_all(file.get(), bytes);
    const int close_error = file.close();
    if (error == 0) error = close_error;
    if (error != 0) fail_system_call("write", path, error, bytes.size());
  }

  void rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) {
      const int error = errno;
      fail_system_call("rename " + from.string() + " to", to, error);
    }
  }

  std::uintmax_t unlink(const std::filesystem::path& path) override {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) {
      if (errno == ENOENT) return 0;
      fail_system_call("remove", path, errno);
    }
    if (::unlink(path.c_str()) != 0) {
      if (errno == ENOENT) return 0;
      fail_system_call("remove", path, errno);
    }
    return status.st_nlink;
  }

  void sync_directory(const std::filesystem::path& path) override {
    Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.get() < 0) fail_system_call("sync the folder", path, errno);
    // Some network file systems have no fsync of folders and say so; their renames are durable by other means.
    if (::fsync(folder.get()) != 0 && errno != EINVAL && errno != ENOTSUP)
      fail_system_call("sync the folder", path, errno);
  }

  void make_directory(const std::filesystem::path& path) override {
    std::filesystem::path built;
    for (const auto& part : path) {
      built /= part;
      if (part.empty() || part == "/" || part == "." || part == "..") continue;
      if (::mkdir(built.c_str(), S_IRWXU) == 0) {
        sync_directory(folder_of(built));
        continue;
      }
      const int error = errno;
      std::error_code unreadable;
      // mkdir of what exists may answer EROFS or EACCES before EEXIST.
      if (std::filesystem::is_directory(built, unreadable)) continue;
      if (error == EEXIST)
        throw Failure(fmt::format("cannot make the folder {}: it is there and is no folder; choose another path",
                                  built.string()));
      fail_system_call("make the folder", built, error);
    }
  }
};

std::filesystem::path temporary_beside(const std::filesystem::path& path) {
  static std::atomic<std::uint64_t> counter{0};
  for (;;) {
    std::filesystem::path candidate =
        folder_of(path) / fmt::format(".{}{}{}-{}", path.filename().string(), kTemporaryMark, ::getpid(), counter++);
    // An earlier process may have had this id and been killed.
    std::error_code unreadable;
    if (!std::filesystem::exists(std::filesystem::symlink_status(candidate, unreadable))) return candidate;
  }
}

}  // namespace

FileSystem& system_files() {
  static SystemFiles files;
  return files;
}

void publish(FileSystem& files, const std::filesystem::path& path, ByteView bytes) {
  const std::filesystem::path temporary = temporary_beside(path);
  files.write_new(temporary, bytes);
  try {
    files.rename(temporary, path);
  } catch (const Failure&) {
    try {
      files.unlink(temporary);
    } catch (const Failure&) {  // the first failure is the one to tell
    }
    throw;
  }
  files.sync_directory(folder_of(path));
}

std::size_t sweep_temporaries(FileSystem& files, const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::directory_iterator entries(folder, error);
  if (error == std::errc::no_such_file_or_directory) return 0;
  std::vector<std::filesystem::path> found;
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
    const std::string name = entries->path().filename().string();
    std::error_code unreadable;
    if (name.front() == '.' && name.find(kTemporaryMark, 1) != std::string::npos &&
        !std::filesystem::is_directory(entries->symlink_status(unreadable)))
      found.push_back(entries->path());
  }
  if (error) fail_system_call("read", folder, error.value());
  for (const auto& path : found) files.unlink(path);
  if (!found.empty()) files.sync_directory(folder);
  return found.size();
}

Bytes read_file(const std::filesystem::path& path) {
  const Descriptor file = open_for_reading("read", path);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) fail_system_call("read", path, errno);
  constexpr std::size_t kStep = 1U << 16U;
  // One byte more than the file has, so that its end is met without growing; a pipe has no size to go by.
  Bytes bytes(S_ISREG(status.st_mode) ? static_cast<std::size_t>(status.st_size) + 1 : kStep);
  std::size_t filled = 0;
  for (;;) {
    if (filled == bytes.size()) bytes.resize(2 * bytes.size());
    const ssize_t count = ::read(file.get(), bytes.data() + filled, bytes.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail_system_call("read", path, errno);
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
  }
  bytes.resize(filled);
  return bytes;
}

}  // namespace expunge
