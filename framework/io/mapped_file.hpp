// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "framework/core/bytes.hpp"

namespace expunge {

/// A file mapped for reading. Move-only; unmapped when destroyed.
class MappedFile {
 public:
  /// Throws Failure naming the path. An empty file maps to an empty view.
  explicit MappedFile(const std::filesystem::path& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  [[nodiscard]] ByteView bytes() const { return bytes_; }
  /// Tells the system that the pages read so far need not stay in memory. The view stays valid.
  void release_pages() const;

 private:
  ByteView bytes_;
};

}  // namespace expunge
