// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include <doctest/doctest.h>

#include "framework/config/nearest_name.hpp"

using namespace expunge;

TEST_CASE("the distance between words counts letters added, dropped, changed and swapped") {
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("shards", "shards") == 0);
  CHECK(edit_distance("shard", "shards") == 1);
  CHECK(edit_distance("sharks", "shards") == 1);
  CHECK(edit_distance("shrads", "shards") == 1);
  CHECK(edit_distance("ab", "ba") == 1);
  CHECK(edit_distance("kitten", "sitting") == 3);
}

TEST_CASE("the nearest name is one that was likely meant, or none") {
  const std::vector<std::string> known{"train", "evaluate", "predict", "inspect", "data", "halt"};

  CHECK(nearest_name("trian", known) == "train");
  CHECK(nearest_name("hlat", known) == "halt");
  CHECK(nearest_name("eval", known) == "evaluate");
  CHECK(nearest_name("ev", known).empty());
  CHECK(nearest_name("frobnicate", known).empty());
  CHECK(nearest_name("", known).empty());
}
