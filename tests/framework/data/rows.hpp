// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "framework/data/dataset.hpp"

namespace expunge::testing {

inline std::unique_ptr<Dataset> open(const std::string& spec) {
  return open_dataset(Spec::parse(spec, "data"));
}

inline Bytes rows_of(const Dataset& data, const std::vector<std::uint64_t>& rows) {
  Bytes out(rows.size() * data.row_bytes());
  data.gather(rows, out);
  return out;
}

inline Bytes all_rows(const Dataset& data) {
  Bytes out(data.size() * data.row_bytes());
  data.gather_range(0, data.size(), out);
  return out;
}

inline ByteView row(const Bytes& rows, std::uint64_t index, std::size_t row_bytes) {
  return ByteView(rows).subspan(index * row_bytes, row_bytes);
}

inline void write_bytes(const std::filesystem::path& path, ByteView bytes) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

inline void write_text(const std::filesystem::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary).write(text.data(), static_cast<std::streamsize>(text.size()));
}

/// Bytes from numbers 0 … 255.
inline Bytes bytes_from(std::initializer_list<int> values) {
  Bytes bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

/// What an exception of type E said; a text that no test expects where nothing was thrown.
template <class E, class Action>
std::string message_of(Action&& action) {
  try {
    action();
  } catch (const E& error) {
    return error.what();
  }
  return "(nothing was thrown)";
}

}  // namespace expunge::testing
