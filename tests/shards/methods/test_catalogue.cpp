// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <set>

#include <doctest/doctest.h>

#include "framework/core/error.hpp"
#include "shards/methods/catalogue.hpp"
#include "tests/support/failure_message.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

std::string refusal(const std::string& text) {
  try {
    (void)parse_unlearning_method(text);
  } catch (const UsageError& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("every method is known by its own name, says what it takes, and stands in the help") {
  std::set<std::string_view> names;
  for (const auto* method : method_catalogue()) {
    CAPTURE(method->name);
    CHECK(names.insert(method->name).second);
    CHECK(!method->summary.empty());
    CHECK(contains(method_help(), std::string(method->name) + "[:"));
    const auto parsed = parse_unlearning_method(std::string(method->name));
    CHECK(parsed.kind == UnlearningMethod::Kind::kCatalogue);
    CHECK(!parsed.is_exact());
  }
  CHECK(names ==
        std::set<std::string_view>{"identity", "finetune", "neggrad", "neggrad+", "random-label", "cf-k", "eu-k"});
}

TEST_CASE("what is no method of the catalogue is told apart from it, and keeps the words it was asked for in") {
  using Kind = UnlearningMethod::Kind;
  CHECK(parse_unlearning_method("exact").kind == Kind::kExact);
  CHECK(parse_unlearning_method("heal").kind == Kind::kHeal);
  CHECK(parse_unlearning_method("heal").is_exact());
  const auto method = parse_unlearning_method("deepobliviate:epsilon=0.2,normalise=none");
  CHECK(method.kind == Kind::kDeepObliviate);
  CHECK(method.text == "deepobliviate:epsilon=0.2,normalise=none");
  CHECK(!method.is_exact());
}

TEST_CASE("an unknown method is refused with the nearest name, an unknown argument with the known ones") {
  CHECK(contains(refusal("finetun"), "unknown method 'finetun' (did you mean 'finetune'?)"));
  CHECK(contains(refusal("deepoblivate"), "did you mean 'deepobliviate'?"));
  CHECK(contains(refusal("magic"), "known: exact, deepobliviate, identity, "));
  CHECK(contains(refusal("neggrad+:alhpa=0.5"), "did you mean 'alpha'?"));
  CHECK(contains(refusal("identity:epochs=1"), "identity takes none"));
  CHECK(contains(refusal("exact:epochs=1"), "exact takes none"));
  CHECK(contains(refusal("deepobliviate:epsilon=-1"), "epsilon must be"));
  CHECK(contains(refusal("finetune:epochs=0"), "epochs must be an integer from 1"));
  CHECK(contains(refusal("neggrad:until=2"), "until must be a number from 0 to 1"));
  CHECK(contains(refusal("cf-k:k=0"), "k must be an integer from 1"));
  CHECK(contains(refusal("finetune:3"), "'3' is not a key=value"));
}

TEST_CASE("every method takes a budget, which is no part of what it is") {
  for (const auto* method : method_catalogue()) {
    CAPTURE(method->name);
    const Spec spec = Spec::parse(std::string(method->name) + ":budget=0.25", "method");

    CHECK(make_method(spec) != nullptr);
    CHECK(budget_of(spec) == 0.25);
    CHECK(without_budget(spec).text() == method->name);
  }
  const Spec spec = Spec::parse("finetune:epochs=2,budget=1e-3,lr=0.1", "method");
  CHECK(budget_of(spec) == 1e-3);
  CHECK(without_budget(spec).text() == "finetune:epochs=2,lr=0.1");
  CHECK(!budget_of(Spec::parse("finetune", "method")).has_value());
  CHECK(contains(refusal("finetune:budget=0"), "budget must be a number"));
  CHECK(contains(refusal("finetune:budget=-1"), "budget must be a number"));
  CHECK(contains(refusal("finetune:budget=much"), "budget must be a number"));
}
