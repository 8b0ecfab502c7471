// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "framework/text/utf8.hpp"

using namespace expunge;

TEST_CASE("valid UTF-8 of every length has no problem") {
  for (const char* text :
       {"", "plain", "Größe", "€ 5", "\xf0\x9f\x98\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xf4\x8f\xbf\xbf"})
    CHECK(text_problem(text).empty());
}

TEST_CASE("what is no UTF-8 is named with the byte at which it begins") {
  CHECK(text_problem("ab\xff") == "is not valid UTF-8 at byte 2");
  CHECK(text_problem("\x80") == "is not valid UTF-8 at byte 0");
  CHECK(text_problem("a\xc3") == "is not valid UTF-8 at byte 1");
  for (const char* text : {"\xc0\xaf", "\xc1\xbf", "\xe0\x80\xaf", "\xf0\x80\x80\xaf",  // overlong
                           "\xed\xa0\x80", "\xed\xbf\xbf",                              // surrogates
                           "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",                      // beyond U+10FFFF
                           "\xe2\x82", "\xe2\x28\xa1", "\xf0\x9f\x98"})
    CHECK(text_problem(text) == "is not valid UTF-8 at byte 0");
}

TEST_CASE("a zero byte is a problem of its own") {
  CHECK(text_problem(std::string("a\0b", 3)) == "has a zero byte at byte 1");
}

TEST_CASE("characters are counted, not bytes") {
  CHECK(character_count("") == 0);
  CHECK(character_count("Größe") == 5);
  CHECK(character_count("\xf0\x9f\x98\x80!") == 2);
}
