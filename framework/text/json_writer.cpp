// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/text/json_writer.hpp"

#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "framework/core/error.hpp"

namespace expunge {

namespace {

constexpr std::size_t kIndent = 2;

}  // namespace

JsonWriter& JsonWriter::name(std::string_view name) {
  separate();
  text_ += nlohmann::json(name).dump();
  text_ += layout_ == Layout::kIndented ? ": " : ":";
  follows_name_ = true;
  return *this;
}

JsonWriter& JsonWriter::value(double number) {
  if (!std::isfinite(number)) throw Bug(fmt::format("JSON has no number {}", number));
  return plain(nlohmann::json(number).dump());
}

JsonWriter& JsonWriter::value(std::string_view text) {
  std::string escaped;
  try {
    escaped = nlohmann::json(text).dump();
  } catch (const nlohmann::json::type_error&) {
    throw Failure(
        fmt::format("JSON holds UTF-8 alone, and the text with the bytes {} is none", to_hex(bytes_of(text))));
  }
  return plain(escaped);
}

JsonWriter& JsonWriter::document(const nlohmann::ordered_json& its_value) {
  if (layout_ == Layout::kOneLine) return plain(its_value.dump());
  separate();
  // A line break in a text is escaped: each of these begins a line of the layout.
  for (const char c : its_value.dump(kIndent)) {
    text_ += c;
    if (c == '\n') text_.append(kIndent * has_entries_.size(), ' ');
  }
  return *this;
}

std::string JsonWriter::take() {
  if (!has_entries_.empty()) throw Bug("a JSON text is taken before its end");
  return std::exchange(text_, {});
}

JsonWriter& JsonWriter::begin(char bracket) {
  separate();
  text_ += bracket;
  has_entries_.push_back(false);
  return *this;
}

JsonWriter& JsonWriter::end(char bracket) {
  const bool had_entries = has_entries_.back();
  has_entries_.pop_back();
  if (had_entries) new_line();
  text_ += bracket;
  return *this;
}

JsonWriter& JsonWriter::whole(std::uint64_t number) {
  const fmt::format_int digits(number);
  return plain({digits.data(), digits.size()});
}

JsonWriter& JsonWriter::plain(std::string_view text) {
  separate();
  text_ += text;
  return *this;
}

JsonWriter& JsonWriter::quoted(std::string_view text) {
  separate();
  text_ += '"';
  text_ += text;
  text_ += '"';
  return *this;
}

void JsonWriter::separate() {
  if (std::exchange(follows_name_, false) || has_entries_.empty()) return;
  if (has_entries_.back()) text_ += ',';
  has_entries_.back() = true;
  new_line();
}

void JsonWriter::new_line() {
  if (layout_ == Layout::kOneLine) return;
  text_ += '\n';
  text_.append(kIndent * has_entries_.size(), ' ');
}

}  // namespace expunge
