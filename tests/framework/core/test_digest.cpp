// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "framework/core/digest.hpp"
#include "framework/core/error.hpp"

using namespace expunge;

TEST_CASE("a plain digest is BLAKE2b-256") {
  CHECK(digest_of_bytes(bytes_of("abc")).hex() == "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

TEST_CASE("moving a border between fields changes the digest") {
  const Digest ab_c = Hasher("test").add(std::string_view("ab")).add(std::string_view("c")).finish();
  const Digest a_bc = Hasher("test").add(std::string_view("a")).add(std::string_view("bc")).finish();

  CHECK(ab_c != a_bc);
}

TEST_CASE("a set digest does not depend on order and members can be taken out again") {
  const Digest a = digest_of_bytes(bytes_of("a"));
  const Digest b = digest_of_bytes(bytes_of("b"));
  SetDigest ab;
  ab.insert(a);
  ab.insert(b);
  SetDigest ba;
  ba.insert(b);
  ba.insert(a);
  SetDigest only_a;
  only_a.insert(a);

  CHECK(ab == ba);
  ab.remove(b);
  CHECK(ab == only_a);
  CHECK(SetDigest::from_hex(ba.hex()) == ba);
}

TEST_CASE("hexadecimal text that is none is refused with the place") {
  CHECK_THROWS_WITH_AS((void)from_hex("0g"), "'0g' is not hexadecimal at character 1", Failure);
  CHECK_THROWS_AS((void)from_hex("abc"), Failure);
  CHECK(to_hex(from_hex("00FFa5")) == "00ffa5");
}
