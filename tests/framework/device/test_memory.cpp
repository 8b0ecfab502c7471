// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <vector>

#include <doctest/doctest.h>

#include "framework/device/memory.hpp"

using namespace expunge;

TEST_CASE("the peak of resident memory rises with what is used and does not fall") {
  constexpr std::uint64_t kBytes = std::uint64_t{64} << 20;
  const auto before = peak_resident_bytes();
  REQUIRE(before > 0);
  {
    std::vector<char> used(kBytes + before);
    std::memset(used.data(), 1, used.size());
    CHECK(used[kBytes / 2] == 1);
  }

  const auto after = peak_resident_bytes();

  CHECK(after >= before + kBytes);
  CHECK(peak_resident_bytes() >= after);
}
