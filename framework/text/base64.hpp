// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "framework/core/bytes.hpp"

namespace expunge {

/// Base64 of RFC 4648, section 4: the alphabet with + and /, padded with =, no line breaks.
[[nodiscard]] std::string to_base64(ByteView bytes);

/// The inverse. Nothing where `text` is not what `to_base64` makes of its bytes: another alphabet, white space, missing
/// padding, or bits behind the last byte that are not zero, so that no two texts stand for the same bytes.
[[nodiscard]] std::optional<Bytes> from_base64(std::string_view text);

}  // namespace expunge
