// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace expunge {

using Bytes = std::vector<std::byte>;
using ByteView = std::span<const std::byte>;

/// The bytes of a text, without a terminating zero.
[[nodiscard]] inline ByteView bytes_of(std::string_view text) {
  return std::as_bytes(std::span<const char>(text.data(), text.size()));
}

/// The bytes of one trivially copyable value, in the machine's order (expunge runs on little-endian machines alone).
template <class T>
requires std::is_trivially_copyable_v<T>
[[nodiscard]] ByteView bytes_of_value(const T& value) {
  return std::as_bytes(std::span<const T, 1>(&value, 1));
}

/// Lower-case hexadecimal, two characters a byte.
[[nodiscard]] std::string to_hex(ByteView bytes);

/// The inverse of `to_hex`, either case. Throws Failure naming the offending text where it is not one.
[[nodiscard]] Bytes from_hex(std::string_view text);

}  // namespace expunge
