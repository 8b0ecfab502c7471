// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "launcher/process/failure_text.hpp"

using namespace expunge;

TEST_CASE("each line of a failure names the program, and a bug is called one") {
  CHECK(failure_text({Exit::kUsage, "one\ntwo"}) == "expunge: one\nexpunge: two\n");
  CHECK(failure_text({Exit::kDone, ""}).empty());
  CHECK(failure_text({Exit::kBug, "index"}).find("expunge: index\nexpunge: this is a bug in expunge") == 0);
}
