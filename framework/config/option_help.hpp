// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

#include "framework/config/option_declaration.hpp"

namespace expunge {

/// The heading under which the options that every command has are described, last.
inline constexpr std::string_view kCommonHeading = "Every command";

/// The text of `expunge COMMAND --help`: usage, then options under their headings, in 80 columns.
[[nodiscard]] std::string option_help(const std::string& command, const std::string& summary,
                                      const std::deque<OptionDeclaration>& declarations);

/// `text` in lines of at most `width` characters, broken at blanks, all but the first indented by `indent`. A word
/// longer than a line is broken after a comma, or stands alone where it has none.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t width, std::size_t indent);

}  // namespace expunge
