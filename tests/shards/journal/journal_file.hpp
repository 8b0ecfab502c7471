// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "framework/io/file_system.hpp"
#include "shards/journal/journal.hpp"
#include "tests/shards/journal/small_journal.hpp"
#include "tests/support/failure_message.hpp"
#include "tests/support/temporary_folder.hpp"

namespace expunge::testing {

[[nodiscard]] inline std::string text_of(const std::filesystem::path& path) {
  const Bytes bytes = read_file(path);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline void put_text(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

/// A text cut after each newline.
[[nodiscard]] inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    lines.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return lines;
}

/// A journal of one line of every kind in a folder of its own, and what a manifest says of it.
class JournalFile {
 public:
  JournalFile() {
    journal_.append(system_files(), path(), all_kinds(), kFirstOfMarch);
    text_ = text_of(path());
  }
  [[nodiscard]] std::filesystem::path path() const { return folder_ / "journal.jsonl"; }
  [[nodiscard]] const Journal& journal() const { return journal_; }
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] std::vector<std::string> lines() const { return lines_of(text_); }

  [[nodiscard]] Journal read() const { return Journal::read(path(), journal_.length(), journal_.head()); }
  /// What a reader says of another text in the file's place; empty where it takes it.
  [[nodiscard]] std::string refusal_of(const std::string& text) const {
    put_text(path(), text);
    return failure_of([&] { (void)read(); });
  }
  [[nodiscard]] std::string refusal_of(const std::vector<std::string>& lines) const {
    std::string text;
    for (const auto& line : lines) text += line;
    return refusal_of(text);
  }
  /// How a refusal begins that names a line.
  [[nodiscard]] std::string names(std::size_t line) const {
    return path().string() + ": line " + std::to_string(line) + " ";
  }

 private:
  TemporaryFolder folder_;
  Journal journal_;
  std::string text_;
};

}  // namespace expunge::testing
