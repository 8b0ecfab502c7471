// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include <doctest/doctest.h>

#include "launcher/process/byte_text.hpp"

using expunge::byte_text;

TEST_CASE("bytes are told in the unit that leaves one to three digits before the point") {
  CHECK(byte_text(0) == "0 B");
  CHECK(byte_text(999) == "999 B");
  CHECK(byte_text(1000) == "1.0 kB");
  CHECK(byte_text(506'488) == "506.5 kB");
  CHECK(byte_text(999'949) == "999.9 kB");
  CHECK(byte_text(999'950) == "1.0 MB");
  CHECK(byte_text(8'103'808) == "8.1 MB");
  CHECK(byte_text(45'000'000'000) == "45.0 GB");
  CHECK(byte_text(std::numeric_limits<std::uint64_t>::max()) == "18.4 EB");
}
