// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "framework/core/error.hpp"
#include "launcher/comparison/planned_methods.hpp"

using namespace expunge;

namespace {

std::vector<std::string> names(const std::vector<PlannedMethod>& methods) {
  std::vector<std::string> names;
  names.reserve(methods.size());
  for (const auto& method : methods) names.push_back(method.name);
  return names;
}

}  // namespace

TEST_CASE("doing nothing is in every comparison, where it was asked for, else in front") {
  using Names = std::vector<std::string>;

  CHECK(names(plan_methods(Names{"exact", "retrain"})) == Names{"identity", "exact", "retrain"});
  CHECK(names(plan_methods(Names{"exact", "identity"})) == Names{"exact", "identity"});
}

TEST_CASE("only what works from checkpoints is charged with keeping them") {
  const auto methods =
      plan_methods(std::vector<std::string>{"retrain", "retrain-single", "exact", "deepobliviate:epsilon=0.1"});

  REQUIRE(methods.size() == 5);
  for (const std::size_t m : {0, 1, 2}) CHECK_FALSE(methods[m].needs_checkpoints());
  for (const std::size_t m : {3, 4}) CHECK(methods[m].needs_checkpoints());
  CHECK(methods[3].is_exact());
  CHECK_FALSE(methods[4].is_exact());
}

TEST_CASE("what is no method, or stands there twice, is refused by name") {
  using Names = std::vector<std::string>;
  const auto refusal = [](const Names& asked, const char* words) {
    CHECK_THROWS_WITH_AS((void)plan_methods(asked), doctest::Contains(words), UsageError);
  };

  refusal({"exact", "retrain", "exact"}, "exact is asked for twice");
  refusal({"rewind"}, "--methods: unknown method 'rewind'; known: exact, deepobliviate, identity, ");
  refusal({"heal"}, "heal forgets no samples");
  refusal({"deepobliviate:epsilon=-1"}, "--methods: method 'deepobliviate:epsilon=-1': epsilon must be");
  refusal({}, "--methods is missing");
}

TEST_CASE("DeepObliviate is refused where slices add up") {
  const auto methods = plan_methods(std::vector<std::string>{"exact", "deepobliviate"});
  TrainingConfiguration configuration;

  configuration.slicing = Slicing::kSequential;
  CHECK_NOTHROW(require_slicing(methods, configuration));
  configuration.slicing = Slicing::kCumulative;
  CHECK_THROWS_WITH_AS(require_slicing(methods, configuration),
                       doctest::Contains("deepobliviate needs a run with sequential slicing"), UsageError);
}
