// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "aggregation/report/comparison_report.hpp"
#include "tests/support/example_comparison.hpp"

using namespace expunge;
using expunge::testing::example_comparison;
using nlohmann::ordered_json;

namespace {

// The cells of the table's line that begins with a name; names have no blanks.
std::vector<std::string> cells(const std::string& text, const std::string& name) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::vector<std::string> found;
    for (std::string word; words >> word;) found.push_back(word);
    if (!found.empty() && found.front() == name) return found;
  }
  return {};
}

std::string shown(const ordered_json& value, std::string_view format) {
  return value.is_null() ? "-" : fmt::format(fmt::runtime(format), value.get<double>());
}

}  // namespace

TEST_CASE("every number in the table is the document's") {
  const ComparisonReport report = example_comparison();
  const std::string text = to_text(report);
  const ordered_json document = to_json(report);

  for (const auto& method : document["methods"]) {
    const auto name = method["name"].get<std::string>();
    INFO(name);
    CHECK(cells(text, name) ==
          std::vector<std::string>{
              name, shown(method["sample_gradients"], "{:.0f}"), shown(method["speedup_sample_gradients"], "{:.1f}"),
              shown(method["seconds"], "{:.2f}"), shown(method["speedup_seconds"], "{:.1f}"),
              shown(method["accuracy"]["test"], "{:.4f}"), shown(method["accuracy"]["retain"], "{:.4f}"),
              shown(method["accuracy"]["forget"], "{:.4f}"), shown(method["consistency"]["theta"], "{:.4g}"),
              shown(method["consistency"]["y"], "{:.4f}"), shown(method["consistency"]["kl"], "{:.3g}"),
              shown(method["mia"]["loss_regression"]["gap"], "{:+.3f}"), shown(method["canary"]["value"], "{:.4f}"),
              shown(method["canary"]["gap_closed"], "{:.3f}")});
    CHECK(text.find(method["verdict"]["text"].get<std::string>() + "\n") != std::string::npos);
  }
  CHECK(text.find(document["verdict"].get<std::string>() + "\n") != std::string::npos);
  CHECK(text.find("floor: other order") != std::string::npos);
  CHECK(text.find(shown(document["floor"]["order"]["theta"]["mean"], "{:.4g}")) != std::string::npos);
  CHECK(text.find(shown(document["floor"]["seed"]["kl"]["mean"], "{:.3g}")) != std::string::npos);
}

TEST_CASE("what was done instead of what was asked is said") {
  CHECK(to_text(example_comparison()).find("retrained to the end") != std::string::npos);
}

TEST_CASE("why there is no membership inference is said, and its column has dashes") {
  ComparisonReport report = example_comparison();
  for (MethodRepetition& repetition : report.reference.repetitions)
    repetition.membership = {.why_null = "12 forgotten samples are fewer than 20"};
  for (MethodReport& method : report.methods)
    for (MethodRepetition& repetition : method.repetitions) repetition.membership = {};

  const std::string text = to_text(report);

  CHECK(text.find("no membership inference: 12 forgotten samples are fewer than 20\n") != std::string::npos);
  CHECK(cells(text, "exact")[11] == "-");
}

TEST_CASE("no line ends in a blank and the last one ends") {
  ComparisonReport report = example_comparison();
  report.canary.reset();

  const std::string text = to_text(report);

  CHECK(text.find(" \n") == std::string::npos);
  CHECK(text.ends_with("\n"));
}
