// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace expunge {

/// The content of a gzip file, read forwards in bounded memory. Every member throws Failure that names the file and the
/// byte of it (compressed) at which it is corrupt, cut short or unreadable.
class GzipStream {
 public:
  explicit GzipStream(const std::filesystem::path& path);
  ~GzipStream();

  /// Fills `out` as far as the content goes; returns the bytes read: fewer than asked for at the content's end alone.
  /// The end is reached only after the checksum has been compared.
  std::size_t read(std::span<std::byte> out);
  /// The place in the content of the next byte that is read.
  [[nodiscard]] std::uint64_t position() const;
  /// Goes to a place in the content: cheap forwards, from the start again backwards. Returns false beyond the end.
  bool seek(std::uint64_t position);

  /// Whether a file begins as gzip files do. Throws Failure where it can't be read.
  [[nodiscard]] static bool is_gzip(const std::filesystem::path& path);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace expunge
