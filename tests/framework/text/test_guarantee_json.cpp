// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "framework/text/guarantee_json.hpp"
#include "tests/support/failure_message.hpp"

using namespace expunge;
using namespace expunge::testing;

TEST_CASE("a guarantee is read back from the JSON that it is written as") {
  Guarantee certified = Guarantee::certified(0.5, 1e-6, {{"convex"}, {"gradient residual", true, 0.25, 1.0}});
  certified.sigma = 2.0;
  certified.budget_left = 0.75;

  CHECK(guarantee_json(certified).dump() ==
        R"({"kind":"certified","epsilon":0.5,"delta":1e-06,"sigma":2.0,"sensitivity":null,"assumptions":[)"
        R"({"name":"convex","holds":true,"value":null,"limit":null},)"
        R"({"name":"gradient residual","holds":true,"value":0.25,"limit":1.0}],"budget_left":0.75})");
  for (const auto& guarantee : {certified, Guarantee::exact(), Guarantee::heuristic(), Guarantee::none()})
    CHECK(guarantee_from_json(guarantee_json(guarantee), "here") == guarantee);
}

TEST_CASE("a guarantee's JSON that says too little, too much or nonsense is refused with its place") {
  const auto refusal = [](const char* field, const nlohmann::ordered_json& value) {
    auto json = guarantee_json(Guarantee::certified(0.5, 1e-6, {{"convex"}}));
    if (value.is_discarded())
      json.erase(field);
    else
      json[field] = value;
    return failure_of([&] { (void)guarantee_from_json(json, "here"); });
  };

  CHECK(refusal("sigma", nlohmann::ordered_json(nlohmann::ordered_json::value_t::discarded)) ==
        "here: the field 'sigma' is missing");
  CHECK(contains(refusal("more", 1), "here: the field 'more' does not belong"));
  CHECK(contains(refusal("kind", "sure"), R"(here: the field 'kind' is "sure", expected)"));
  CHECK(contains(refusal("epsilon", "small"), R"(here: the field 'epsilon' is "small", expected a number or null)"));
  CHECK(contains(refusal("epsilon", nullptr), "it is certified, and has no epsilon and delta"));
  CHECK(contains(refusal("kind", "heuristic"), "it is heuristic, and has an epsilon or a delta"));
  CHECK(contains(refusal("assumptions", {{{"name", "convex"}}}), "here: assumptions[0]: the field 'holds' is missing"));
}
