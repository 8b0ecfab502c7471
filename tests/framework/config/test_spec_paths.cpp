// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include <doctest/doctest.h>

#include "framework/config/spec_paths.hpp"

using namespace expunge;

TEST_CASE("only the words that name files become absolute") {
  const std::string here = std::filesystem::current_path().string();
  const Spec spec = Spec::parse("idx:a,./b/../c,schema=s.json,limit=5", "data");

  CHECK(with_absolute_paths(spec, {.values = true, .keys = {"schema"}}) ==
        "idx:" + here + "/a," + here + "/c,schema=" + here + "/s.json,limit=5");
  CHECK(with_absolute_paths(spec, {.keys = {"schema"}}) == "idx:a,./b/../c,schema=" + here + "/s.json,limit=5");
  CHECK(with_absolute_paths(Spec::parse("idx", "data"), {.values = true}) == "idx");
}

TEST_CASE("the paths of a SPEC are its values and then its keys that name files") {
  const Spec spec = Spec::parse("idx:a,limit=5,schema=s.json,b", "data");

  using Paths = std::vector<std::string>;
  CHECK(paths_in(spec, {.values = true, .keys = {"schema"}}) == Paths{"a", "b", "s.json"});
  CHECK(paths_in(spec, {.keys = {"limit"}}) == Paths{"5"});
  CHECK(paths_in(spec, {}).empty());
}
