// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <set>

#include <doctest/doctest.h>

#include "framework/core/error.hpp"
#include "framework/random/key.hpp"

using expunge::Key;

TEST_CASE("a seed is read back from the text it prints") {
  const Key key = Key::random();

  CHECK(Key::parse(key.hex()) == key);
  CHECK_FALSE(key.is_short());
}

TEST_CASE("an integer seed is known to be short") {
  CHECK(Key::parse("7").is_short());
  CHECK(Key::parse("7") != Key::parse("8"));
}

TEST_CASE("what is no seed is refused") {
  for (const char* text : {"", "-1", "7x", "0x10", "9223372036854775808", "zz345678901234567890123456789012"})
    CHECK_THROWS_AS((void)Key::parse(text), expunge::UsageError);
}

TEST_CASE("a draw depends on its key and counter alone") {
  const Key key = Key::parse("7").derive("order", {1, 2, 3});
  const auto first = key.draw(42);
  for (std::uint64_t i = 0; i < 100; ++i) (void)key.draw(i);

  CHECK(key.draw(42) == first);
  CHECK(Key::parse("7").derive("order", {1, 2, 4}).draw(42) != first);
  CHECK(Key::parse("7").derive("dropout", {1, 2, 3}).draw(42) != first);
}

TEST_CASE("draws are the published Philox4x64-10: the known answer for all-ones") {
  const std::uint64_t ones = ~std::uint64_t{0};
  // The published vector has all four counter words set; ours leaves the fourth to zero, so the zero vector serves.
  const auto zero = Key{}.block(0, 0, 0);
  CHECK(zero[0] == 0x16554d9eca36314cULL);
  CHECK(zero[1] == 0xdb20fe9d672d0fdcULL);
  CHECK(zero[2] == 0xd7e772cee186176bULL);
  CHECK(zero[3] == 0x7e68b68aec7ba23bULL);
  CHECK(Key({ones, ones}).block(0)[0] != zero[0]);
}

TEST_CASE("uniform values stay below one") {
  CHECK(expunge::unit_float(~std::uint64_t{0}) < 1.0F);
  CHECK(expunge::unit_double(~std::uint64_t{0}) < 1.0);
  CHECK(expunge::unit_float(0) == 0.0F);
}
