// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "framework/config/registry.hpp"

using namespace expunge;

namespace {

struct Shape {
  std::string_view name;
  int corners;
};
constexpr Shape kTriangle{"triangle", 3};
constexpr Shape kSquare{"square", 4};
constexpr Shape kPentagon{"pentagon", 5};

Registry<Shape> shapes() {
  return {"shape", {&kTriangle, &kSquare}};
}

}  // namespace

TEST_CASE("a registry finds its rows by name and nothing by another") {
  const Registry<Shape> registry = shapes();

  CHECK(registry.find("square") == &kSquare);
  CHECK(registry.find("pentagon") == nullptr);
  CHECK(registry.find("") == nullptr);
}

TEST_CASE("a row that is added comes after those that are there") {
  Registry<Shape> registry = shapes();

  registry.add(kPentagon);

  CHECK(registry.find("pentagon") == &kPentagon);
  CHECK(registry.names() == std::vector<std::string>{"triangle", "square", "pentagon"});
  CHECK(registry.rows().back() == &kPentagon);
}

TEST_CASE("a name is taken once, and is one that a spec can have") {
  Registry<Shape> registry = shapes();
  constexpr Shape kOther{"square", 4};
  constexpr Shape kNameless{"", 0};
  constexpr Shape kWithColon{"round:square", 0};

  CHECK_THROWS_WITH_AS(registry.add(kOther), "there are two of the shape 'square'", Bug);
  CHECK_THROWS_AS(registry.add(kNameless), Bug);
  CHECK_THROWS_WITH_AS(registry.add(kWithColon), "'round:square' can't be the name of a shape", Bug);
  CHECK(registry.names() == std::vector<std::string>{"triangle", "square"});
}
