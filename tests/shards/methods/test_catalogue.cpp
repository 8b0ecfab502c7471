// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <set>

#include <doctest/doctest.h>

#include "framework/core/error.hpp"
#include "shards/methods/catalogue.hpp"
#include "shards/train/training_configuration.hpp"
#include "tests/shards/methods/method_trial.hpp"
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

/// What a program that links expunge could add: it needs what no method of ours does.
const MethodEntry kOutside{.name = "outside",
                           .arguments = "",
                           .summary = "a method of another program",
                           .needs = {.recordings = true},
                           .guarantee = Guarantee::Kind::kCertified,
                           .make = [](const Spec&) -> std::unique_ptr<Method> {
                             return std::make_unique<HandMade>(false, [](Workbench&) {});
                           }};

}  // namespace

TEST_CASE("every method is known by its own name, says what it takes, and stands in the help") {
  std::set<std::string_view> names;
  for (const auto* method : bench_methods()) {
    CAPTURE(method->name);
    CHECK(names.insert(method->name).second);
    CHECK(!method->summary.empty());
    CHECK(contains(method_help(), std::string(method->name) + "[:"));
    const auto parsed = parse_unlearning_method(std::string(method->name));
    CHECK(parsed.entry == method);
    CHECK(!parsed.is_exact());
    CHECK(parsed.entry->bound == CostBound::kAtLeast);
  }
  CHECK(names ==
        std::set<std::string_view>{"identity", "finetune", "neggrad", "neggrad+", "random-label", "cf-k", "eu-k"});
}

TEST_CASE("methods that retrain stages say what becomes of a plan, and keep the words they were asked for in") {
  CHECK(UnlearningMethod{}.entry->name == "exact");
  CHECK(parse_unlearning_method("exact").is_exact());
  CHECK(parse_unlearning_method("exact").entry->bound == CostBound::kExact);
  CHECK(parse_unlearning_method("heal").is_exact());
  CHECK(!parse_unlearning_method("heal").entry->takes_requests);
  CHECK(!contains(method_help(), "heal"));
  const auto method = parse_unlearning_method("deepobliviate:epsilon=0.2,normalise=none");
  CHECK(method.text == "deepobliviate:epsilon=0.2,normalise=none");
  CHECK(!method.is_exact());
  CHECK(method.needs() ==
        MethodNeeds{.checkpoints = true, .older_stages = true, .sequential_slicing = true, .retain_set = true});
  CHECK(method.entry->bound == CostBound::kAtMost);
}

TEST_CASE("a run that lacks what a method needs is told what that is") {
  TrainingConfiguration cumulative;
  cumulative.slicing = Slicing::kCumulative;
  TrainingConfiguration sequential;
  sequential.slicing = Slicing::kSequential;
  const auto obliviate = parse_unlearning_method("deepobliviate");

  CHECK(unmet_need(obliviate, cumulative) == "needs a run with sequential slicing, and this one is cumulative");
  CHECK(unmet_need(obliviate, sequential).empty());
  CHECK(unmet_need(parse_unlearning_method("finetune"), cumulative).empty());
}

TEST_CASE("a program can add a method of its own, once, and its needs reach whatever it makes") {
  static bool is_added = false;  // a test may run twice in one process
  if (!is_added) register_method(kOutside);
  is_added = true;

  const auto method = parse_unlearning_method("outside:budget=0.5");

  CHECK(method.entry == &kOutside);
  CHECK(make_method(Spec::parse("outside", "method"))->needs() == kOutside.needs);
  CHECK(contains(method_help(), "; outside[:budget=F]"));
  CHECK_THROWS_AS(register_method(kOutside), Bug);
  constexpr MethodEntry kWorkless{.name = "workless", .arguments = "", .summary = "", .make = nullptr};
  CHECK_THROWS_AS(register_method(kWorkless), Bug);
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
  for (const auto* method : bench_methods()) {
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
