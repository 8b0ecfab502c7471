// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace expunge::html {

/// Text as it stands between tags or in quotes, with nothing left that HTML reads as its own. Control characters become
/// U+FFFD.
[[nodiscard]] std::string escaped(std::string_view text);

/// At most `characters` long (code points, not bytes): the beginning, an ellipsis and the end of what is longer.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t characters);

/// How many code points `text` has.
[[nodiscard]] std::size_t length_of(std::string_view text);

/// `text` in at most `lines` lines of at most `characters`, broken after a comma or a colon where there is one; what is
/// too long for them all is shortened.
[[nodiscard]] std::vector<std::string> wrapped(std::string_view text, std::size_t characters, std::size_t lines);

/// <section> with a heading that links can go to. `body` is HTML.
[[nodiscard]] std::string section(std::string_view id, std::string_view heading, std::string_view body);

/// <p>: `text` is escaped.
[[nodiscard]] std::string paragraph(std::string_view text, std::string_view css_class = "");

}  // namespace expunge::html
