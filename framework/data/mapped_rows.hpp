// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include "framework/io/mapped_file.hpp"

namespace expunge {

/// Rows of equal size that lie one after the other in a mapped file. The pages that were read are given back to the
/// system now and then, so that a pass over the whole file leaves little of it in memory. Any thread may gather.
class MappedRows {
 public:
  /// The caller has checked that all rows lie within the file.
  MappedRows(MappedFile file, std::uint64_t offset, std::size_t row_bytes);

  /// Copies `rows` to `out`, one after the other.
  void gather(std::span<const std::uint64_t> rows, std::span<std::byte> out) const;

 private:
  MappedFile file_;
  std::uint64_t offset_;
  std::size_t row_bytes_;
  mutable std::atomic<std::uint64_t> copied_{0};  ///< bytes since pages were last given back
};

}  // namespace expunge
