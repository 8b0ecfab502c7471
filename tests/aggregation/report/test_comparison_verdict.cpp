// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "aggregation/report/comparison_report.hpp"
#include "framework/core/error.hpp"
#include "tests/support/example_comparison.hpp"

using namespace expunge;
using expunge::testing::example_comparison;

namespace {

MethodReport method(std::string name, std::string guarantee, std::uint64_t gradients, const Distances& distances) {
  MethodRepetition repetition;
  repetition.work.sample_gradients = gradients;
  repetition.accuracy.test = 0.9;
  repetition.distances = distances;
  MethodReport report;
  report.name = std::move(name);
  report.guarantee = std::move(guarantee);
  report.repetitions.push_back(std::move(repetition));
  return report;
}

const Distances kNone{.theta = 0.0, .y = 1.0, .kl = 0.0};

// Identity lies 10 away in parameters, 0.2 in answers, 0.5 in KL. The floors: 2, 3 and 4 in parameters (deviation 1),
// 0.02, 0.03 and 0.04 in answers (0.01), 0.1, 0.2 and 0.3 in KL (0.1). Retraining takes 1000 gradients.
ComparisonReport comparison(std::vector<MethodReport> methods,
                            const Distances& of_identity = {.theta = 10.0, .y = 0.8, .kl = 0.5}) {
  ComparisonReport report;
  report.reference = method("retrain", "exact", 1000, kNone);
  report.methods = std::move(methods);
  report.methods.insert(report.methods.begin(), method("identity", "none", 0, of_identity));
  for (int i = 0; i < 3; ++i)
    report.floors.push_back({.kind = "order",
                             .distances = {.theta = 2.0 + i, .y = 0.98 - 0.01 * i, .kl = 0.1 + 0.1 * i},
                             .accuracy = {.test = 0.9}});
  report.floors.push_back({.kind = "seed", .distances = {.theta = 50.0, .y = 0.5, .kl = 5.0}});
  return report;
}

MethodVerdict verdict_on(const MethodReport& method) {
  const ComparisonReport report = comparison({method});
  return verdict_of(report, report.methods.back());
}
MethodVerdict verdict_on(const Distances& distances) {
  return verdict_on(method("finetune", "heuristic", 100, distances));
}

bool says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

void plant(ComparisonReport& report, double remembered, double retrained) {
  report.canary = CanaryReport{.spec = "backdoor",
                               .kind = "backdoor",
                               .measure = "",
                               .remembered = remembered,
                               .retrained = retrained,
                               .measurable = true};
}

}  // namespace

TEST_CASE("what comes no nearer than chance alone would is no better than doing nothing here") {
  const MethodVerdict verdict = verdict_on(Distances{.theta = 9.1, .y = 0.805, .kl = 0.45});

  CHECK_FALSE(verdict.better_than_nothing);
  CHECK_FALSE(verdict.within_floor);
  CHECK(says(verdict.text, "finetune is no better than doing nothing here"));
  CHECK(says(verdict.text, "91 % in parameters"));
  CHECK(says(verdict.text, "10 times less work"));
}

TEST_CASE("one distance that is nearer by more than the floor's spread is better than nothing") {
  CHECK(verdict_on(Distances{.theta = 8.9, .y = 0.8, .kl = 0.5}).better_than_nothing);
  CHECK(verdict_on(Distances{.theta = 10.0, .y = 0.815, .kl = 0.5}).better_than_nothing);
  CHECK(verdict_on(Distances{.theta = 10.0, .y = 0.8, .kl = 0.39}).better_than_nothing);
  CHECK_FALSE(verdict_on(Distances{.theta = 10.0, .y = 0.8, .kl = 0.5}).better_than_nothing);
}

TEST_CASE("the spread that counts is that of other orders, not of another seed") {
  ComparisonReport report = comparison({method("finetune", "heuristic", 100, {.theta = 8.9, .y = 0.8, .kl = 0.5})});
  report.floors.push_back({.kind = "seed", .distances = {.theta = 5000.0}});

  CHECK(verdict_of(report, report.methods.back()).better_than_nothing);
}

TEST_CASE("what is nearer in one way and further away in another is said to be both") {
  const MethodVerdict verdict = verdict_on(Distances{.theta = 8.0, .y = 0.7, .kl = 0.9});

  CHECK(verdict.better_than_nothing);
  CHECK(says(verdict.text, "better than doing nothing in parameters, but worse in answers and KL"));
}

TEST_CASE("within the floor is at most the furthest of the retrainings in another order, in every distance") {
  CHECK(verdict_on(Distances{.theta = 4.0, .y = 0.965, .kl = 0.29}).within_floor);
  CHECK_FALSE(verdict_on(Distances{.theta = 4.1, .y = 0.98, .kl = 0.1}).within_floor);
  CHECK_FALSE(verdict_on(Distances{.theta = 2.0, .y = 0.95, .kl = 0.1}).within_floor);
  CHECK_FALSE(verdict_on(Distances{.theta = 2.0, .y = 0.98, .kl = 0.31}).within_floor);
  CHECK(says(verdict_on(Distances{.theta = 3.0, .y = 0.98, .kl = 0.2}).text,
             "finetune forgets as far as these measures can tell (within the floor) at 10 times less work"));
}

TEST_CASE("within a floor that holds doing nothing too, nobody is said to forget") {
  const ComparisonReport report = comparison(
      {method("exact", "exact", 250, kNone), method("near", "heuristic", 100, {.theta = 3.0, .y = 0.99, .kl = 0.1})},
      {.theta = 3.9, .y = 0.97, .kl = 0.29});

  CHECK(says(verdict_of(report, report.methods.back()).text, "these measures can't tell whether it forgets"));
  CHECK_FALSE(says(verdict_of(report), "near forgets"));
}

TEST_CASE("without a floor nothing is within it, and only a tenth of the distance counts as nearer") {
  ComparisonReport report = comparison({method("near", "heuristic", 100, {.theta = 8.9, .y = 0.8, .kl = 0.5}),
                                        method("far", "heuristic", 100, {.theta = 9.1, .y = 0.8, .kl = 0.5})});
  report.floors.resize(1);

  CHECK(verdict_of(report, report.methods[1]).better_than_nothing);
  CHECK_FALSE(verdict_of(report, report.methods[2]).better_than_nothing);
  report.floors.clear();
  CHECK(verdict_of(report, report.methods[1]).better_than_nothing);
  CHECK_FALSE(verdict_of(report, report.methods[1]).within_floor);
}

TEST_CASE("a canary whose gap is closed is better than nothing even where no distance is") {
  ComparisonReport report = comparison({method("finetune", "heuristic", 100, {.theta = 10.0, .y = 0.8, .kl = 0.5})});
  plant(report, 0.9, 0.1);
  CanaryScore score{.value = 0.86, .gap_closed = 0.05};
  report.methods.back().repetitions[0].canary = score;
  CHECK_FALSE(verdict_of(report, report.methods.back()).better_than_nothing);

  report.methods.back().repetitions[0].canary = CanaryScore{.value = 0.5, .gap_closed = 0.5};
  CHECK(verdict_of(report, report.methods.back()).better_than_nothing);
  CHECK(says(verdict_of(report, report.methods.back()).text, "closes 50 % of the canary's gap"));

  SUBCASE("unless the gap can't be measured") {
    report.canary->measurable = false;
    CHECK_FALSE(verdict_of(report, report.methods.back()).better_than_nothing);
  }
  SUBCASE("unless retraining alone spreads as far") {
    for (std::size_t i = 0; i < 3; ++i) report.floors[i].canary = 0.1 + 0.5 * static_cast<double>(i);
    CHECK_FALSE(verdict_of(report, report.methods.back()).better_than_nothing);
  }
}

TEST_CASE("a method within the floor whose canary is still there is not said to forget") {
  ComparisonReport report = comparison({method("finetune", "heuristic", 100, {.theta = 3.0, .y = 0.98, .kl = 0.2})});
  plant(report, 0.9, 0.1);
  report.methods.back().repetitions[0].canary = CanaryScore{.value = 0.5, .gap_closed = 0.5};

  const MethodVerdict verdict = verdict_of(report, report.methods.back());

  CHECK(verdict.within_floor);
  CHECK(says(verdict.text, "the canary is still there"));
  CHECK_FALSE(says(verdict.text, "forgets as far"));
}

TEST_CASE("exact is the same bits as retraining") {
  const MethodVerdict verdict = verdict_on(method("exact", "exact", 250, kNone));

  CHECK(verdict.better_than_nothing);
  CHECK(verdict.within_floor);
  CHECK(verdict.text == "exact: the same bits as retraining, at 4.0 times less work than retraining");
}

TEST_CASE("who says to be exact and is not is told so") {
  const MethodReport liar = method("exact", "exact", 250, {.theta = 1e-9, .y = 1.0, .kl = 0.0});

  CHECK(says(verdict_on(liar).text, "not exact, though it says so"));
  CHECK(says(verdict_of(comparison({liar})), "nothing that is exact is cheaper than retraining"));
}

TEST_CASE("what the accounting finds wrong is not believed, nor called the best") {
  MethodReport cheat = method("finetune", "heuristic", 1, kNone);
  cheat.warning = "equal to the retrained model at a lower cost";

  CHECK(says(verdict_on(cheat).text, "not to be believed: equal to the retrained model"));
  CHECK_FALSE(says(verdict_of(comparison({cheat})), "finetune"));
}

TEST_CASE("a model of another kind is judged by where it comes from") {
  MethodReport single = method("retrain-single", "exact", 2000, {});
  single.repetitions[0].distances.ensemble_y = 0.9;
  const MethodVerdict verdict = verdict_on(single);

  CHECK(verdict.better_than_nothing);
  CHECK_FALSE(verdict.within_floor);
  CHECK(says(verdict.text, "trained from scratch without the samples"));
  CHECK(says(verdict.text, "2.0 times the work of retraining"));
}

TEST_CASE("doing nothing is called what it is, also where no distance gives it away") {
  ComparisonReport report = comparison({});
  CHECK(verdict_of(report, report.methods[0]).text ==
        "identity: nothing is done, and the samples are still in the model");
  CHECK_FALSE(verdict_of(report, report.methods[0]).better_than_nothing);

  report.methods[0].repetitions[0].distances = {.theta = 3.0, .y = 0.98, .kl = 0.2};
  CHECK(says(verdict_of(report, report.methods[0]).text, "they say little of any method here"));
  CHECK_FALSE(verdict_of(report, report.methods[0]).better_than_nothing);
  CHECK(says(verdict_of(report), "Doing nothing already lies within the floor"));
}

TEST_CASE("accuracy that is lost is a price, and so is work that exact forgetting would not have cost") {
  MethodReport approximate = method("neggrad+", "heuristic", 300, {.theta = 6.0, .y = 0.9, .kl = 0.4});
  approximate.repetitions[0].accuracy.test = 0.85;
  const ComparisonReport report = comparison({method("exact", "exact", 250, kNone), approximate});

  const std::string text = verdict_of(report, report.methods.back()).text;

  CHECK(says(text, "it costs 5.0 points of accuracy on the test set"));
  CHECK(says(text, "`exact` leaves nothing and is no more work"));
}

TEST_CASE("the verdict of the whole names the cheapest exact method and the best approximate one") {
  const ComparisonReport report = comparison(
      {method("exact", "exact", 250, kNone), method("near", "heuristic", 10, {.theta = 6.0, .y = 0.9, .kl = 0.4}),
       method("within", "heuristic", 100, {.theta = 3.0, .y = 0.97, .kl = 0.2}),
       method("dearer", "heuristic", 200, {.theta = 2.0, .y = 0.98, .kl = 0.1})});

  CHECK(verdict_of(report) ==
        "The cheapest exact way is exact, at 4.0 times less work than retraining. The best of the approximate methods: "
        "within forgets as far as these measures can tell (within the floor) at 10 times less work than retraining.");
}

TEST_CASE("where none is within the floor the one that leaves least is the best") {
  const ComparisonReport report = comparison({method("cheap", "heuristic", 10, {.theta = 8.0, .y = 0.85, .kl = 0.4}),
                                              method("nearer", "heuristic", 90, {.theta = 6.0, .y = 0.9, .kl = 0.35})});

  CHECK(says(verdict_of(report), "The best of the approximate methods: nearer is better than doing nothing"));
  CHECK(says(verdict_of(report), "nothing that is exact is cheaper than retraining"));
}

TEST_CASE("the verdict of the whole says where no approximate method beats doing nothing, and where none was asked") {
  CHECK(says(verdict_of(comparison({method("finetune", "heuristic", 100, {.theta = 10.0, .y = 0.8, .kl = 0.5})})),
             "None of the approximate methods is better than doing nothing here."));
  CHECK(says(verdict_of(comparison({method("exact", "exact", 250, kNone)})), "No approximate method was compared."));
}

TEST_CASE("without identity in the table approximate methods can't be judged") {
  ComparisonReport report = comparison({method("finetune", "heuristic", 100, {.theta = 3.0, .y = 0.98, .kl = 0.2})});
  report.methods.erase(report.methods.begin());
  plant(report, 0.9, 0.1);
  report.methods[0].repetitions[0].canary = CanaryScore{.value = 0.1, .gap_closed = 1.0};

  CHECK_FALSE(verdict_of(report, report.methods[0]).better_than_nothing);
  CHECK(says(verdict_of(report, report.methods[0]).text, "can't be judged"));
  CHECK(says(verdict_of(report), "can't be judged"));
}

TEST_CASE("the example's verdicts are what its numbers say") {
  const ComparisonReport report = example_comparison();
  const auto on = [&](const std::string& name) {
    for (const MethodReport& one : report.methods)
      if (one.name == name) return verdict_of(report, one).text;
    throw Bug("no method " + name);
  };

  CHECK(says(on("deepobliviate:epsilon=0.02"), "forgets as far as these measures can tell"));
  CHECK(says(on("deepobliviate:epsilon=0.1"), "better than doing nothing, but not as if retrained"));
  CHECK(says(on("finetune:epochs=1"), "no better than doing nothing here"));
  CHECK(says(on("neggrad+"), "better than doing nothing in the canary, but worse in parameters, answers and KL"));
}
