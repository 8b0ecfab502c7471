// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace expunge::html {

/// The page's style sheet: light and dark, on paper, and on pages of any width.
[[nodiscard]] std::string_view style();

}  // namespace expunge::html
