// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

namespace expunge {

/// One open IDX file of unsigned bytes, checked: its header is sound and as many elements follow it as the header says.
class IdxFile {
 public:
  /// Opens a plain or gzip file. Throws Failure naming the file and the byte where it is not sound.
  [[nodiscard]] static std::unique_ptr<IdxFile> open(const std::filesystem::path& path);
  virtual ~IdxFile() = default;

  [[nodiscard]] const std::vector<std::uint64_t>& dims() const { return dims_; }
  /// Elements for each step along the first dimension.
  [[nodiscard]] std::size_t row_bytes() const { return row_bytes_; }
  /// Where row 0 begins, in the uncompressed content.
  [[nodiscard]] std::uint64_t header_bytes() const { return 4 + 4 * dims_.size(); }

  /// Copies `rows` (ascending) to `out`. Any thread may. Throws Failure where a compressed file has changed on disk.
  virtual void gather(std::span<const std::uint64_t> rows, std::span<std::byte> out) const = 0;

 protected:
  IdxFile(std::vector<std::uint64_t> dims, std::size_t row_bytes) : dims_(std::move(dims)), row_bytes_(row_bytes) {}

 private:
  std::vector<std::uint64_t> dims_;
  std::size_t row_bytes_;
};

}  // namespace expunge
