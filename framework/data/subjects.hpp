// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace expunge {

/// The subjects of rows, numbered in the order of their first row.
class SubjectList {
 public:
  /// The subject of the next row.
  void add(std::string subject) {
    const auto [known, is_new] = number_.try_emplace(std::move(subject), static_cast<std::uint32_t>(names_.size()));
    if (is_new) names_.push_back(known->first);
    of_row_.push_back(known->second);
  }
  [[nodiscard]] std::size_t rows() const { return of_row_.size(); }
  [[nodiscard]] std::vector<std::string> take_names() { return std::move(names_); }
  [[nodiscard]] std::vector<std::uint32_t> take_rows() { return std::move(of_row_); }

 private:
  std::unordered_map<std::string, std::uint32_t> number_;
  std::vector<std::string> names_;
  std::vector<std::uint32_t> of_row_;
};

/// Reads a UTF-8 text file of subjects, one a line, line i for row i−1. A byte order mark at the start and a carriage
/// return at the end of a line are not part of a subject. Throws Failure naming the file and the line where it can't be
/// read or a line is no subject.
[[nodiscard]] SubjectList read_subject_file(const std::string& path);

/// What is wrong with a text as a subject ("is empty", "is not valid UTF-8 at byte 3"), or an empty text.
[[nodiscard]] std::string subject_problem(std::string_view text);

}  // namespace expunge
