// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "aggregation/report/html/markup.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "framework/text/utf8.hpp"

namespace expunge::html {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kEllipsis = "…";

// Where the code point with this number begins.
std::size_t offset_of(std::string_view text, std::size_t number) {
  std::size_t at = 0;
  for (std::size_t seen = 0; at < text.size(); ++at) {
    if (continues_character(text[at])) continue;
    if (seen++ == number) return at;
  }
  return at;
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (const char byte : text) {
    const auto code = static_cast<unsigned char>(byte);
    if (byte == '&') {
      result += "&amp;";
    } else if (byte == '<') {
      result += "&lt;";
    } else if (byte == '>') {
      result += "&gt;";
    } else if (byte == '"') {
      result += "&quot;";
    } else if (byte == '\'') {
      result += "&#39;";
    } else if (code == 0x7F || (code < 0x20 && byte != '\n' && byte != '\t')) {
      result += kReplacement;
    } else {
      result += byte;
    }
  }
  return result;
}

std::size_t length_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char byte) { return !continues_character(byte); }));
}

std::string shortened(std::string_view text, std::size_t characters) {
  const std::size_t length = length_of(text);
  if (length <= characters) return std::string(text);
  if (characters < 2) return std::string(kEllipsis);
  // Options tell one setting of a sweep from the next, and they stand at the end.
  const std::size_t head = (characters - 1) / 2;
  const std::size_t tail = characters - 1 - head;
  return fmt::format("{}{}{}", text.substr(0, offset_of(text, head)), kEllipsis,
                     text.substr(offset_of(text, length - tail)));
}

std::vector<std::string> wrapped(std::string_view text, std::size_t characters, std::size_t lines) {
  std::vector<std::string> result;
  std::string rest(text);
  while (length_of(rest) > characters && result.size() + 1 < lines) {
    const std::size_t end = offset_of(rest, characters);
    const std::size_t mark = rest.find_last_of(",:; ", end - 1);
    // A break very early would leave too much for the lines to come.
    const std::size_t cut = mark != std::string::npos && mark + 1 >= end / 2 ? mark + 1 : end;
    result.push_back(rest.substr(0, cut));
    rest.erase(0, cut);
  }
  result.push_back(shortened(rest, characters));
  return result;
}

std::string section(std::string_view id, std::string_view heading, std::string_view body) {
  return fmt::format(
      "<section id=\"{0}\" aria-labelledby=\"{0}-heading\">\n<h2 id=\"{0}-heading\">{1}</h2>\n{2}</section>\n", id,
      escaped(heading), body);
}

std::string paragraph(std::string_view text, std::string_view css_class) {
  if (css_class.empty()) return fmt::format("<p>{}</p>\n", escaped(text));
  return fmt::format("<p class=\"{}\">{}</p>\n", css_class, escaped(text));
}

}  // namespace expunge::html
