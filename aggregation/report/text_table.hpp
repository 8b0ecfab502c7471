// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace expunge {

/// A table for people: a header, then rows, columns right-aligned, two blanks between.
///
///   TextTable table({"shard", "samples", "state"}, TextTable::Last::kWords);
///   table.row({"0", "1500", "awaits unlearning"});
class TextTable {
 public:
  /// The last column may hold words, which begin at its left instead.
  enum class Last : std::uint8_t { kNumbers, kWords };

  explicit TextTable(std::vector<std::string> header, Last last = Last::kNumbers)
      : rows_{std::move(header)}, last_(last) {}

  /// As many cells as the header has.
  void row(std::vector<std::string> cells);

  /// Each line ends in a newline and none in a blank.
  [[nodiscard]] std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
  Last last_;
};

}  // namespace expunge
