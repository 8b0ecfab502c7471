// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

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

  /// Makes files opened under the access list lie in this memory.
  void serve(const Id& access);
  /// The same, for a file that is already there. `bytes` are borrowed until the file is open, and copied then, once.
  void serve(const Id& access, ByteView bytes);

  /// Asks for the first `size` bytes of the file when it is closed; `taken` has them afterwards.
  void take_at_close(std::size_t size) { wanted_ = size; }
  [[nodiscard]] Bytes& taken() { return taken_; }

 private:
  friend struct ImageCallbacks;
  ByteView given_;
  std::size_t wanted_ = 0;
  Bytes taken_;
};

}  // namespace expunge::hdf5
