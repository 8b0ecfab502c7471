// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace expunge {

/// What this binary was built from and how.
struct BuildInfo {
  std::string_view version;     ///< semantic version, "0.1.0"
  std::string_view git;         ///< `git describe --always --dirty` at configure time, or "unknown"
  std::string_view compiler;    ///< "GNU 12.2.0"
  std::string_view flags;       ///< the compile flags of our own numeric code
  std::string_view build_type;  ///< "Release"
};

[[nodiscard]] const BuildInfo& build_info();

/// Version of expunge's own numeric code: raised by every change that alters a bit of any trained state.
inline constexpr int kNumericVersion = 1;

}  // namespace expunge
