// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/data/mapped_rows.hpp"

#include <cstring>
#include <utility>

namespace expunge {

namespace {

constexpr std::uint64_t kMostMapped = std::uint64_t{16} << 20U;

}  // namespace

MappedRows::MappedRows(MappedFile file, std::uint64_t offset, std::size_t row_bytes)
    : file_(std::move(file)), offset_(offset), row_bytes_(row_bytes) {}

void MappedRows::gather(std::span<const std::uint64_t> rows, std::span<std::byte> out) const {
  const std::byte* const begin = file_.bytes().data() + offset_;
  for (std::size_t i = 0; i < rows.size(); ++i)
    std::memcpy(out.data() + i * row_bytes_, begin + rows[i] * row_bytes_, row_bytes_);
  if (copied_.fetch_add(out.size(), std::memory_order_relaxed) + out.size() >= kMostMapped) {
    copied_.store(0, std::memory_order_relaxed);
    file_.release_pages();
  }
}

}  // namespace expunge
