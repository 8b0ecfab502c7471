// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/io/mapped_file.hpp"

#include <cerrno>
#include <sys/mman.h>
#include <sys/stat.h>
#include <utility>

#include "framework/core/error.hpp"
#include "framework/io/system_call.hpp"

namespace expunge {

namespace {

void* address(ByteView bytes) {
  return const_cast<std::byte*>(bytes.data());
}

}  // namespace

MappedFile::MappedFile(const std::filesystem::path& path) {
  const Descriptor file = open_for_reading("read", path);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) fail_system_call("read", path, errno);
  if (S_ISDIR(status.st_mode)) fail_system_call("read", path, EISDIR);
  if (!S_ISREG(status.st_mode)) throw Failure(path.string() + " is not a regular file and can't be mapped");
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return;
  void* start = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (start == MAP_FAILED) fail_system_call("map", path, errno);
  bytes_ = ByteView(static_cast<const std::byte*>(start), size);
}

MappedFile::MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  return *this;
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(address(bytes_), bytes_.size());
}

void MappedFile::release_pages() const {
  if (!bytes_.empty()) ::madvise(address(bytes_), bytes_.size(), MADV_DONTNEED);
}

}  // namespace expunge
