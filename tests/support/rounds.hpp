// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdlib>

namespace expunge::testing {

/// How many rounds of a property are run: `few`, and `all` where EXPUNGE_TEST_LONG is set, as it is for the tests
/// labelled `long`. Round i draws the same either way.
[[nodiscard]] inline std::uint64_t rounds(std::uint64_t few, std::uint64_t all) {
  return std::getenv("EXPUNGE_TEST_LONG") != nullptr ? all : few;
}

}  // namespace expunge::testing
