// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <doctest/doctest.h>

#include "shards/requests/request_file.hpp"
#include "tests/support/failure_message.hpp"

using namespace expunge;
using namespace expunge::testing;

TEST_CASE("a row that selects nothing adds nothing to the request that it names, and its fault alone is told") {
  const std::string text = "request_id,sample_id,first_id,end_id\na,9,,\na,x,,\nb,,1,3\nb,,7,y\n";

  const std::string message = failure_of([&] { static_cast<void>(parse_csv_requests(text, "requests.csv")); });

  CHECK(contains(message, "requests.csv: 2 faults, nothing was accepted:"));
  CHECK(contains(message, "line 3 (a): 'sample_id' is 'x'"));
  CHECK(contains(message, "line 5 (b): 'end_id' is 'y'"));
}
