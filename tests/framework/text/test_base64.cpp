// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include <doctest/doctest.h>

#include "framework/text/base64.hpp"

using namespace expunge;

namespace {

std::string decoded(std::string_view text) {
  const auto bytes = from_base64(text);
  return bytes ? std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size()) : "none";
}

}  // namespace

TEST_CASE("base64 is as RFC 4648 gives it, there and back") {
  for (const auto& [plain, encoded] : {std::pair{"", ""},
                                       {"f", "Zg=="},
                                       {"fo", "Zm8="},
                                       {"foo", "Zm9v"},
                                       {"foob", "Zm9vYg=="},
                                       {"fooba", "Zm9vYmE="},
                                       {"foobar", "Zm9vYmFy"},
                                       {"\xfb\xff\xfe", "+//+"}}) {
    CHECK(to_base64(bytes_of(std::string_view(plain))) == encoded);
    CHECK(decoded(encoded) == plain);
  }
}

TEST_CASE("another spelling of the same bytes is not taken") {
  for (const char* text : {"Zg", "Zg=", "Zg===", "Zh==", "Zm9v\n", " Zm9v", "Zm9v====", "-__-", "Zm9", "====", "Z"}) {
    CAPTURE(text);
    CHECK_FALSE(from_base64(text).has_value());
  }
}
