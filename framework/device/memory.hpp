// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace expunge {

/// The most bytes of this process that were resident at once since it began; 0 where the system does not tell.
[[nodiscard]] std::uint64_t peak_resident_bytes();

}  // namespace expunge
