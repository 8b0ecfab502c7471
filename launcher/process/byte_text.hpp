// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace expunge {

/// A number of bytes as a person reads it: "784 B", "506.5 kB", "8.1 MB", in powers of a thousand.
[[nodiscard]] std::string byte_text(std::uint64_t bytes);

}  // namespace expunge
