// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/text/utf8.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace expunge {

namespace {

/// Length of the UTF-8 character that `text` begins with; 0 where there is none (overlong forms, surrogates and values
/// beyond U+10FFFF are none).
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto follows = [&](std::size_t i, unsigned low, unsigned high) { return byte(i) >= low && byte(i) <= high; };
  const unsigned lead = byte(0);
  if (lead < 0x80U) return 1;
  if (lead >= 0xC2U && lead <= 0xDFU) return follows(1, 0x80U, 0xBFU) ? 2 : 0;
  if (lead >= 0xE0U && lead <= 0xEFU) {
    const unsigned low = lead == 0xE0U ? 0xA0U : 0x80U;
    const unsigned high = lead == 0xEDU ? 0x9FU : 0xBFU;
    return follows(1, low, high) && follows(2, 0x80U, 0xBFU) ? 3 : 0;
  }
  if (lead >= 0xF0U && lead <= 0xF4U) {
    const unsigned low = lead == 0xF0U ? 0x90U : 0x80U;
    const unsigned high = lead == 0xF4U ? 0x8FU : 0xBFU;
    return follows(1, low, high) && follows(2, 0x80U, 0xBFU) && follows(3, 0x80U, 0xBFU) ? 4 : 0;
  }
  return 0;
}

/// Most texts are ASCII: one pass that the compiler vectorises.
bool is_plain(std::string_view text) {
  unsigned high = 0;
  bool zero = false;
  for (const char character : text) {
    high |= static_cast<unsigned char>(character);
    zero |= character == '\0';
  }
  return high < 0x80U && !zero;
}

}  // namespace

std::string text_problem(std::string_view text) {
  if (is_plain(text)) return {};
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = character_length(text.substr(at));
    if (length == 0) return fmt::format("is not valid UTF-8 at byte {}", at);
    if (text[at] == '\0') return fmt::format("has a zero byte at byte {}", at);
    at += length;
  }
  return {};
}

std::size_t character_count(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char byte) { return !continues_character(byte); }));
}

}  // namespace expunge
