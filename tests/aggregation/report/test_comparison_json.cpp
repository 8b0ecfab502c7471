// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "aggregation/report/comparison_report.hpp"
#include "framework/core/error.hpp"
#include "tests/support/example_comparison.hpp"

using namespace expunge;
using expunge::testing::example_comparison;
using nlohmann::ordered_json;

namespace {

std::vector<std::string> keys(const ordered_json& object) {
  std::vector<std::string> names;
  for (const auto& [name, value] : object.items()) names.push_back(name);
  return names;
}

MethodReport& method_of(ComparisonReport& report, const std::string& name) {
  for (MethodReport& method : report.methods)
    if (method.name == name) return method;
  throw Bug("no method " + name);
}

ordered_json method_of(const ordered_json& document, const std::string& name) {
  for (const auto& method : document["methods"])
    if (method["name"] == name) return method;
  throw Bug("no method " + name);
}

const std::vector<std::string> kNumbers = {"sample_gradients",
                                           "forward_passes",
                                           "hessian_vector_products",
                                           "seconds",
                                           "process_seconds",
                                           "bookkeeping_seconds",
                                           "bytes_read",
                                           "bytes_written",
                                           "storage_bytes",
                                           "training_overhead",
                                           "accuracy",
                                           "constituent_accuracy",
                                           "effectiveness",
                                           "constituent_effectiveness",
                                           "consistency",
                                           "certifiability",
                                           "tow",
                                           "mia",
                                           "canary"};

std::vector<std::string> around(std::vector<std::string> before, const std::vector<std::string>& after) {
  before.insert(before.end(), kNumbers.begin(), kNumbers.end());
  before.insert(before.end(), after.begin(), after.end());
  return before;
}

}  // namespace

TEST_CASE("the document has every key that its page names, in that order") {
  const ordered_json document = to_json(example_comparison());

  CHECK(keys(document) ==
        std::vector<std::string>{
            "format",   "format_version",    "run",          "requests",        "replay", "test",
            "batches",  "samples_forgotten", "samples_live", "affected_shards", "ranks",  "repetitions",
            "seconds",  "verdict",           "reference",    "methods",         "floor",  "canary",
            "timeline", "configuration",     "versions"});
  CHECK(document["format"] == "expunge-comparison");
  CHECK(document["format_version"] == 1);
  const std::vector<std::string> of_method =
      around({"name", "guarantee"},
             {"speedup_sample_gradients", "speedup_seconds", "speedup_over_exact", "over_identity", "residual_memory",
              "checked", "fallbacks", "warning", "verdict", "spread", "repetitions"});
  CHECK(keys(document["reference"]) == of_method);
  REQUIRE(document["methods"].size() == 8);
  for (const auto& method : document["methods"]) {
    INFO(method["name"].get<std::string>());
    CHECK(keys(method) == of_method);
    CHECK(keys(method["accuracy"]) == std::vector<std::string>{"test", "retain", "forget"});
    CHECK(keys(method["constituent_accuracy"]) == std::vector<std::string>{"test", "retain", "forget"});
    const std::vector<std::string> distances = {"theta", "theta_relative", "y", "kl", "ensemble_y"};
    CHECK(keys(method["consistency"]) == distances);
    CHECK(keys(method["over_identity"]) == distances);
    CHECK(keys(method["mia"]) == std::vector<std::string>{"loss_threshold", "loss_regression", "reason"});
    CHECK(keys(method["mia"]["loss_threshold"]) == std::vector<std::string>{"advantage", "gap"});
    CHECK(keys(method["mia"]["loss_regression"]) == std::vector<std::string>{"accuracy", "gap"});
    CHECK(keys(method["canary"]) == std::vector<std::string>{"value", "gap_closed"});
    CHECK(keys(method["verdict"]) == std::vector<std::string>{"better_than_nothing", "within_floor", "text"});
    CHECK(keys(method["speedup_over_exact"]) == std::vector<std::string>{"sample_gradients", "seconds"});
    CHECK(keys(method["spread"]) == kNumbers);
    REQUIRE(method["repetitions"].size() == 2);
    for (const auto& repetition : method["repetitions"]) CHECK(keys(repetition) == around({"repetition"}, {}));
  }
  CHECK(keys(document["floor"]) == std::vector<std::string>{"order", "seed", "trainings"});
  for (const char* kind : {"order", "seed"})
    CHECK(keys(document["floor"][kind]) == std::vector<std::string>{"theta", "theta_relative", "y", "kl", "ensemble_y",
                                                                    "canary", "effectiveness",
                                                                    "constituent_effectiveness"});
  CHECK(keys(document["floor"]["order"]["theta"]) ==
        std::vector<std::string>{"count", "mean", "deviation", "least", "most"});
  CHECK(document["floor"]["trainings"].size() == 8);
  CHECK(keys(document["canary"]) == std::vector<std::string>{"spec", "kind", "measure", "samples", "shard", "slice",
                                                             "remembered", "retrained", "gap", "measurable"});
  CHECK(document["timeline"][0].dump() == R"({"rank":0,"shard":0,"begin":0.02,"end":15.9,"sample_gradients":16185})");
  CHECK(document["configuration"]["slices"] == "100");
  CHECK(document["versions"]["libtorch"] == "1.13.1");
}

TEST_CASE("main numbers are means over repetitions, and their spread lies beside them in the same shape") {
  const ordered_json method = method_of(to_json(example_comparison()), "deepobliviate:epsilon=0.1");

  CHECK(method["repetitions"][0]["consistency"]["theta"] == 3.1);
  CHECK(method["repetitions"][1]["consistency"]["theta"].get<double>() == doctest::Approx(3.1 * 1.03));
  CHECK(method["consistency"]["theta"].get<double>() == doctest::Approx(3.1 * 1.015));
  CHECK(method["spread"]["consistency"]["theta"]["mean"] == method["consistency"]["theta"]);
  CHECK(method["spread"]["consistency"]["theta"]["count"] == 2);
  CHECK(method["spread"]["consistency"]["theta"]["least"] == 3.1);
  CHECK(method["spread"]["consistency"]["theta"]["deviation"].get<double>() ==
        doctest::Approx(3.1 * 0.03 / std::sqrt(2.0)));
  CHECK(method["sample_gradients"].dump() == "5600");
  CHECK(method["effectiveness"].get<double>() == doctest::Approx(0.002));
  CHECK(method["constituent_effectiveness"].get<double>() == doctest::Approx(0.004));
}

TEST_CASE("a distance to the retrained accuracy is taken in each repetition before it is averaged") {
  ComparisonReport report = example_comparison();
  MethodReport& method = method_of(report, "finetune:epochs=1");
  method.repetitions[0].accuracy.test = 0.962 + 0.01;
  method.repetitions[1].accuracy.test = 0.962 - 0.01;

  const ordered_json json = method_of(to_json(report), "finetune:epochs=1");

  CHECK(json["accuracy"]["test"].get<double>() == doctest::Approx(0.962));
  CHECK(json["effectiveness"].get<double>() == doctest::Approx(0.01));
}

TEST_CASE("ratios are those of the document's own main numbers") {
  const ordered_json document = to_json(example_comparison());
  const ordered_json identity = method_of(document, "identity");
  const ordered_json exact = method_of(document, "exact");
  const auto number = [](const ordered_json& value) { return value.get<double>(); };

  for (const auto& method : document["methods"]) {
    if (method["name"] == "identity" || method["name"] == "retrain-single") continue;
    INFO(method["name"].get<std::string>());
    CHECK(number(method["speedup_sample_gradients"]) ==
          number(document["reference"]["sample_gradients"]) / number(method["sample_gradients"]));
    CHECK(number(method["speedup_seconds"]) == number(document["reference"]["seconds"]) / number(method["seconds"]));
    CHECK(number(method["speedup_over_exact"]["sample_gradients"]) ==
          number(exact["sample_gradients"]) / number(method["sample_gradients"]));
    CHECK(number(method["speedup_over_exact"]["seconds"]) == number(exact["seconds"]) / number(method["seconds"]));
    CHECK(number(method["over_identity"]["theta"]) ==
          number(method["consistency"]["theta"]) / number(identity["consistency"]["theta"]));
    CHECK(number(method["over_identity"]["kl"]) ==
          number(method["consistency"]["kl"]) / number(identity["consistency"]["kl"]));
    CHECK(number(method["over_identity"]["y"]) ==
          (1 - number(method["consistency"]["y"])) / (1 - number(identity["consistency"]["y"])));
  }
}

TEST_CASE("what cost nothing has no speed-up") {
  const ordered_json identity = method_of(to_json(example_comparison()), "identity");

  CHECK(identity["sample_gradients"] == 0);
  CHECK(identity["speedup_sample_gradients"].is_null());
  CHECK(identity["speedup_seconds"].is_null());
  CHECK(identity["speedup_over_exact"]["sample_gradients"].is_null());
}

TEST_CASE("without an exact unlearning nothing is held against it") {
  ComparisonReport report = example_comparison();
  std::erase_if(report.methods, [](const MethodReport& method) { return method.name == "exact"; });

  const ordered_json document = to_json(report);

  for (const auto& method : document["methods"]) {
    CHECK(method["speedup_over_exact"]["sample_gradients"].is_null());
    CHECK(method["speedup_over_exact"]["seconds"].is_null());
  }
}

TEST_CASE("where doing nothing is already as good as retrained, no distance is divided by its distance") {
  ComparisonReport report = example_comparison();
  for (MethodRepetition& repetition : method_of(report, "identity").repetitions)
    repetition.distances = {.theta = 0.0, .theta_relative = 0.0, .y = 1.0, .kl = 0.0, .ensemble_y = 1.0};

  for (const auto& method : to_json(report)["methods"])
    for (const auto& share : method["over_identity"]) CHECK(share.is_null());
}

TEST_CASE("what there is nothing to say of is null") {
  ComparisonReport report = example_comparison();
  report.requests.clear();
  report.canary.reset();
  report.floors.clear();
  for (MethodReport& method : report.methods) {
    for (MethodRepetition& repetition : method.repetitions) {
      repetition.canary.reset();
      repetition.accuracy.forget.reset();
      repetition.membership = {.why_null = "12 forgotten samples are fewer than 20"};
    }
  }

  const ordered_json document = to_json(report);

  CHECK(document["requests"].is_null());
  CHECK(document["canary"].is_null());
  CHECK(document["floor"]["order"]["theta"].is_null());
  CHECK(document["floor"]["trainings"].empty());
  for (const auto& method : document["methods"]) {
    CHECK(method["canary"].is_null());
    CHECK(method["spread"]["canary"].is_null());
    CHECK(method["accuracy"]["forget"].is_null());
    CHECK(method["mia"]["loss_threshold"]["gap"].is_null());
    CHECK(method["mia"]["loss_regression"]["accuracy"].is_null());
    CHECK(method["mia"]["reason"] == "12 forgotten samples are fewer than 20");
    CHECK(method["warning"].is_null());
    CHECK(method["verdict"]["within_floor"] == false);
  }
}

TEST_CASE("a model that has overflowed has null for a distance and is called what it is") {
  ComparisonReport report = example_comparison();
  for (MethodRepetition& repetition : method_of(report, "neggrad+").repetitions) {
    repetition.distances.theta = std::numeric_limits<double>::infinity();
    repetition.distances.kl = std::numeric_limits<double>::quiet_NaN();
  }

  const ordered_json method = method_of(to_json(report), "neggrad+");

  CHECK(method["consistency"]["theta"].is_null());
  CHECK(method["consistency"]["kl"].is_null());
  CHECK(method["over_identity"]["theta"].is_null());
  CHECK(method["verdict"]["within_floor"] == false);
  CHECK(method["verdict"]["text"].get<std::string>().find("overflowed") != std::string::npos);
  CHECK(ordered_json::parse(to_json(report).dump())["methods"].size() == 8);
}

TEST_CASE("evidence of residual memory comes parsed, with where it is from") {
  const ordered_json method = method_of(to_json(example_comparison()), "deepobliviate:epsilon=0.1");

  REQUIRE(method["residual_memory"].size() == 6);
  const ordered_json& first = method["residual_memory"][0];
  CHECK(keys(first) ==
        std::vector<std::string>{"repetition", "shard", "batch", "rule", "points", "stopped_after", "why"});
  CHECK(first["rule"]["epsilon"] == 0.1);
  CHECK(first["points"].size() == 8);
  CHECK(first["stopped_after"] == 27);
  CHECK(method["residual_memory"][2]["stopped_after"].is_null());
  CHECK(method["residual_memory"][5]["repetition"] == 1);
  CHECK(method_of(to_json(example_comparison()), "exact")["residual_memory"].empty());
}

TEST_CASE("evidence that is none fails with the shard and the method it came from") {
  ComparisonReport report = example_comparison();
  method_of(report, "deepobliviate:epsilon=0.1").repetitions[1].residual_memory[1].evidence = "{\"points\":";

  std::string message;
  try {
    static_cast<void>(to_json(report));
  } catch (const Failure& failure) {
    message = failure.what();
  }

  CHECK(message.find("shard 1") != std::string::npos);
  CHECK(message.find("deepobliviate:epsilon=0.1") != std::string::npos);
}

TEST_CASE("a spread leaves out what is not there") {
  const auto spread = spread_of({1.0, std::nullopt, 2.0, 6.0});

  REQUIRE(spread.has_value());
  CHECK(spread->count == 3);
  CHECK(spread->mean == 3.0);
  CHECK(spread->deviation == doctest::Approx(std::sqrt(7.0)));
  CHECK(spread->least == 1.0);
  CHECK(spread->most == 6.0);
  CHECK_FALSE(spread_of({}).has_value());
  CHECK_FALSE(spread_of({std::nullopt}).has_value());
}

TEST_CASE("one value has no deviation, and equal ones have their own for a mean") {
  CHECK(spread_of({0.1})->deviation == 0.0);
  CHECK(spread_of({0.1, 0.1, 0.1})->mean == 0.1);
  CHECK(spread_of({0.1, 0.1, 0.1})->deviation == 0.0);
}
