// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "framework/text/strict_json.hpp"
#include "tests/support/failure_message.hpp"

using namespace expunge;
using testing::failure_of;

namespace {

std::string refusal(std::string_view text) {
  return failure_of([&] { (void)parse_strict_json(text, "f.json"); });
}

}  // namespace

TEST_CASE("a document keeps the order of its fields") {
  CHECK(parse_strict_json(" {\"b\":1,\"a\":[null,{\"b\":2}]}\n", "f.json").dump() == R"({"b":1,"a":[null,{"b":2}]})");
}

TEST_CASE("a name that stands twice in one object is refused, in two objects it is not") {
  CHECK(refusal(R"({"a":1,"b":{"a":2},"a":3})") == "f.json: the field 'a' stands twice in one object");
  CHECK(refusal(R"({"a":1,"b":{"a":2},"c":[{"a":3},{"a":4}]})").empty());
}

TEST_CASE("what is no JSON, or more than one document, is refused with the byte") {
  CHECK(refusal("") == "f.json is not JSON, from byte 1 on");
  CHECK(refusal("{\"a\":") == "f.json is not JSON, from byte 6 on");
  CHECK(refusal("{} {}") == "f.json is not JSON, from byte 4 on");
  CHECK(refusal("{'a':1}") == "f.json is not JSON, from byte 2 on");
}

TEST_CASE("a document may nest 32 deep and no deeper") {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };

  CHECK(refusal(nested(32)).empty());
  CHECK(refusal(nested(34)) == "f.json: it nests more than 32 deep");
}
