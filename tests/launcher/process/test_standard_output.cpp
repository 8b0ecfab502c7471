// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "framework/core/error.hpp"
#include "launcher/process/standard_output.hpp"

using namespace expunge;

TEST_CASE("a document is indented and ends its line, and bytes that are no UTF-8 become U+FFFD") {
  const nlohmann::ordered_json document{{"run", "a\xff"}, {"live", 3}};

  CHECK(document_text(document) == "{\n  \"run\": \"a\xef\xbf\xbd\",\n  \"live\": 3\n}\n");
}

TEST_CASE("what the work throws goes through") {
  CHECK_NOTHROW(with_output([] {}));
  CHECK_THROWS_WITH_AS(with_output([] { throw Failure("as the test wants"); }), "as the test wants", Failure);
}
