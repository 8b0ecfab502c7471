// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "framework/core/error.hpp"

using namespace expunge;

TEST_CASE("where ranks disagree a refutation outweighs a failure and a bug outweighs all") {
  CHECK(worse(Exit::kDone, Exit::kStopped) == Exit::kStopped);
  CHECK(worse(Exit::kFailed, Exit::kStopped) == Exit::kFailed);
  CHECK(worse(Exit::kFailed, Exit::kRefuted) == Exit::kRefuted);
  CHECK(worse(Exit::kBug, Exit::kRefuted) == Exit::kBug);
}

TEST_CASE("several problems are told one a line") {
  CHECK(std::string(UsageError(std::vector<std::string>{"a", "b"}).what()) == "a\nb");
}
