// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace expunge {

/// A table for people: a header, then rows, every column but the last right-aligned, two blanks between.
///
///   TextTable table({"shard", "samples", "model"});
///   table.row({"0", "1500", "5f2c"});
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header) : rows_{std::move(header)} {}

  /// As many cells as the header has.
  void row(std::vector<std::string> cells);

  /// Each line ends in a newline and none in a blank.
  [[nodiscard]] std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace expunge
