// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <utility>

#include "framework/core/bytes.hpp"
#include "framework/io/hdf5_call.hpp"

namespace expunge::hdf5 {

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
