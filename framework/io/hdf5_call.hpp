// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "framework/core/bytes.hpp"
#include "framework/io/hdf5.hpp"

/// What the sources of `hdf5::File` share. `hdf5.h` is not needed to read this.
namespace expunge::hdf5 {

/// Lives for the length of one call of ours into HDF5. It silences HDF5's printing of errors and puts the program's own
/// choice back afterwards, and keeps other threads out: not every build of the library is safe to call from several.
class Call {
 public:
  Call();
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call();

 private:
  std::unique_lock<std::recursive_mutex> lock_;
  int (*printer_)(Handle, void*) = nullptr;
  void* printer_data_ = nullptr;
};

/// An identifier of HDF5's that closes itself.
class Id {
 public:
  using Close = int (*)(Handle);
  Id(Handle handle, Close close) : handle_(handle), close_(close) {}
  Id(Id&& other) noexcept : handle_(std::exchange(other.handle_, -1)), close_(other.close_) {}
  Id& operator=(Id&& other) noexcept {
    std::swap(handle_, other.handle_);
    std::swap(close_, other.close_);
    return *this;
  }
  ~Id() {
    if (handle_ >= 0) close_(handle_);
  }
  [[nodiscard]] Handle get() const { return handle_; }

 private:
  Handle handle_;
  Close close_;
};

/// The description of the innermost error on HDF5's stack; for a failed system call the system's reason.
[[nodiscard]] std::string innermost_error();
/// Throws Failure: what was tried, with HDF5's innermost reason.
[[noreturn]] void fail(const std::string& what);

/// What messages call an object: "FILE, /path".
[[nodiscard]] std::string place(const std::string& file, const std::string& path);
/// The parts of a path between its slashes.
[[nodiscard]] std::vector<std::string> parts_of(const std::string& path);
/// Whether `path` leads to an object. Throws Failure where the way leads through a link into another file: a digest of
/// the one file would not cover what is read.
[[nodiscard]] bool leads_somewhere(Handle file, const std::string& name, const std::string& path);
/// Any object. Throws Failure where it is missing.
[[nodiscard]] Id open_object(Handle file, const std::string& name, const std::string& path);
/// A data set. Throws Failure where it is missing or something else.
[[nodiscard]] Id open_dataset(Handle file, const std::string& name, const std::string& path);
/// Makes the groups above `path` that are not there.
void make_parents(Handle file, const std::string& name, const std::string& path);

/// Creation lists of a file, a group and a data set without times, so that equal content gives equal bytes.
[[nodiscard]] Id file_creation();
[[nodiscard]] Id group_creation();
[[nodiscard]] Id dataset_creation();

/// A fixed-length UTF-8 string type, padded with zeros.
[[nodiscard]] Id string_type(std::size_t size);
/// A fixed-length string as it lies in a file, without what its type pads it with.
[[nodiscard]] std::string without_padding(std::string_view text, Handle type);
/// The type in memory and the little-endian type in files. The library's own: never closed.
[[nodiscard]] Handle memory_type(ElementType type);
[[nodiscard]] Handle stored_type(ElementType type);

/// The memory behind a file that lies in memory. HDF5 asks it for room, and gives the room back when the file is
/// closed: only then is the image complete (`H5Fget_file_image` of HDF5 1.10 returns a superblock whose checksum is
/// wrong). It must outlive the file.
class Image {
 public:
  Image() = default;
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;

  /// Makes a file created under the access list lie in this memory. `expected` is about how many bytes it will have.
  void serve(const Id& access, std::size_t expected);
  /// The same, for a file that is already there. `bytes` are borrowed until the file is open, and copied then, once.
  void serve(const Id& access, ByteView bytes);

  /// The memory after the file was closed; its first bytes are the file, what HDF5 held in reserve follows.
  [[nodiscard]] Bytes take() { return std::move(memory_); }

 private:
  friend struct ImageCallbacks;
  void serve(const Id& access);
  ByteView given_;
  Bytes memory_;
};

}  // namespace expunge::hdf5
