// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/text/csv_reader.hpp"

#include <algorithm>

#include "framework/text/utf8.hpp"

namespace expunge {

namespace {

constexpr auto kNone = std::string_view::npos;

/// Where a field that is not quoted ends.
std::size_t end_of_plain(std::string_view text, std::size_t from) {
  return std::min(text.find_first_of(",\n", from), text.size());
}

std::string_view without_return(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

bool CsvReader::next() {
  for (;;) {
    fields_.clear();
    unescaped_.clear();
    problem_.clear();
    if (rest_.empty()) return false;
    line_ = next_line_;
    std::string_view record = rest_.substr(0, rest_.find('\n'));
    if (record.find('"') == kNone) {
      ++next_line_;
      split_plain(without_return(record));
    } else {
      record = split_quoted();
      next_line_ += 1 + static_cast<std::size_t>(std::ranges::count(record, '\n'));
    }
    rest_.remove_prefix(std::min(rest_.size(), record.size() + 1));
    if (without_return(record).empty()) continue;
    if (std::string wrong = text_problem(record); !wrong.empty()) problem_ = std::move(wrong);
    return true;
  }
}

void CsvReader::split_plain(std::string_view record) {
  for (std::size_t at = 0;;) {
    const std::size_t comma = record.find(',', at);
    fields_.push_back(record.substr(at, comma == kNone ? kNone : comma - at));
    if (comma == kNone) return;
    at = comma + 1;
  }
}

std::string_view CsvReader::split_quoted() {
  for (std::size_t at = 0;; ++at) {
    if (at < rest_.size() && rest_[at] == '"') {
      take_quoted(at);
    } else {
      const std::size_t end = end_of_plain(rest_, at);
      const std::string_view field = rest_.substr(at, end - at);
      const bool is_last = end == rest_.size() || rest_[end] == '\n';
      if (field.find('"') != kNone && problem_.empty())
        problem_ =
            "has a quote inside a field that does not begin with one: put the whole field in quotes, and double it";
      fields_.push_back(is_last ? without_return(field) : field);
      at = end;
    }
    // After a mistake the next line is a new record, so that what follows is looked at too.
    if (!problem_.empty()) at = std::min(rest_.find('\n', at), rest_.size());
    if (at >= rest_.size() || rest_[at] == '\n') return rest_.substr(0, at);
  }
}

void CsvReader::take_quoted(std::size_t& at) {
  const std::size_t begin = at + 1;
  bool doubled = false;
  std::size_t quote = rest_.find('"', begin);
  while (quote != kNone && quote + 1 < rest_.size() && rest_[quote + 1] == '"') {
    doubled = true;
    quote = rest_.find('"', quote + 2);
  }
  if (quote == kNone) {
    problem_ = "has a field whose closing quote is missing";
    return;
  }
  const std::string_view field = rest_.substr(begin, quote - begin);
  if (doubled) {
    std::string& text = unescaped_.emplace_back();
    for (std::size_t i = 0; i < field.size(); ++i) {
      text += field[i];
      if (field[i] == '"') ++i;
    }
    fields_.push_back(text);
  } else {
    fields_.push_back(field);
  }
  at = quote + 1;
  const std::size_t end = end_of_plain(rest_, at);
  const bool is_last = end == rest_.size() || rest_[end] == '\n';
  const std::string_view tail = rest_.substr(at, end - at);
  if (!(is_last ? without_return(tail) : tail).empty()) problem_ = "has text after the closing quote of a field";
  at = end;
}

}  // namespace expunge
