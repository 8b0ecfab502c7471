// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace expunge {

/// Returns what is wrong with `text` as UTF-8 without zero bytes ("is not valid UTF-8 at byte 3", "has a zero byte at
/// byte 0"; bytes count from 0), or an empty text. Overlong forms, surrogates and values beyond U+10FFFF are not valid.
[[nodiscard]] std::string text_problem(std::string_view text);

/// Whether a byte continues a UTF-8 character rather than beginning one.
[[nodiscard]] constexpr bool continues_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

/// Counts the characters (code points) of valid UTF-8: "Größe" has 5.
[[nodiscard]] std::size_t character_count(std::string_view text);

}  // namespace expunge
