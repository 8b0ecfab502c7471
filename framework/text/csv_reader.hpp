// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace expunge {

/// Takes CSV apart, record by record, as RFC 4180 writes it: fields are separated by commas; a field in double quotes
/// holds commas, line breaks and doubled quotes. Lines end in LF or CRLF, the last one needn't. Blank lines are passed
/// over.
class CsvReader {
 public:
  /// `text` must outlive the reader.
  explicit CsvReader(std::string_view text) : rest_(text) {}

  /// Goes to the next record; false where there is none.
  bool next();

  /// The fields of the record, valid until the next call; those before the problem, where there is one.
  [[nodiscard]] const std::vector<std::string_view>& fields() const { return fields_; }
  /// The line on which it begins, from 1.
  [[nodiscard]] std::size_t line() const { return line_; }
  /// What is wrong with its encoding or its quotes, or an empty text.
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  void split_plain(std::string_view record);
  std::string_view split_quoted();
  void take_quoted(std::size_t& at);

  std::string_view rest_;
  std::size_t line_ = 0;
  std::size_t next_line_ = 1;
  std::vector<std::string_view> fields_;
  std::deque<std::string> unescaped_;  ///< of the fields that held doubled quotes
  std::string problem_;
};

}  // namespace expunge
