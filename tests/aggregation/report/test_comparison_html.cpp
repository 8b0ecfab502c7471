// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "aggregation/report/comparison_report.hpp"
#include "tests/support/example_comparison.hpp"
#include "tests/support/failure_message.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

using nlohmann::ordered_json;

// The texts between every `begin` and the `end` that follows it.
std::vector<std::string> all_between(const std::string& text, const std::string& begin, const std::string& end) {
  std::vector<std::string> found;
  for (std::size_t at = text.find(begin); at != std::string::npos; at = text.find(begin, at)) {
    at += begin.size();
    found.push_back(text.substr(at, text.find(end, at) - at));
  }
  return found;
}

std::string between(const std::string& text, const std::string& begin, const std::string& end) {
  const std::vector<std::string> found = all_between(text, begin, end);
  return found.empty() ? std::string() : found.front();
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

// Every number of a document, wherever it stands in it.
void collect_numbers(const ordered_json& json, std::vector<double>& numbers) {
  if (json.is_number()) numbers.push_back(json.get<double>());
  if (json.is_structured())
    for (const ordered_json& child : json) collect_numbers(child, numbers);
}

// The main table's row of figures of the method that comes as this one, as numbers; NaN where it has none.
std::vector<double> figures_of(const std::string& page, std::size_t method) {
  std::vector<double> figures;
  const std::string row = all_between(page, "<tr class=\"figures\">", "</tr>").at(method);
  for (const std::string& cell : all_between(row, "<td>", "</td>")) {
    const std::string value = between(cell, "<data value=\"", "\"");
    figures.push_back(value.empty() ? std::numeric_limits<double>::quiet_NaN() : std::strtod(value.c_str(), nullptr));
  }
  return figures;
}

double or_nan(const ordered_json& json) {
  return json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>();
}

void set_every_value_to_null(ordered_json& json) {
  for (ordered_json& child : json) {
    if (child.is_structured()) {
      set_every_value_to_null(child);
    } else {
      child = nullptr;
    }
  }
}

}  // namespace

TEST_CASE("the page's table has the document's numbers, method by method") {
  const ordered_json document = to_json(example_comparison());

  const std::string page = to_html(document);

  for (std::size_t i = 0; i < document["methods"].size(); ++i) {
    const ordered_json& method = document["methods"][i];
    INFO(method["name"]);
    const ordered_json& gap_closed = method["canary"]["gap_closed"];
    const std::vector<double> expected = {or_nan(method["speedup_sample_gradients"]),
                                          or_nan(method["sample_gradients"]),
                                          or_nan(method["seconds"]),
                                          or_nan(method["accuracy"]["test"]),
                                          or_nan(method["accuracy"]["retain"]),
                                          or_nan(method["accuracy"]["forget"]),
                                          or_nan(method["consistency"]["theta"]),
                                          or_nan(method["over_identity"]["theta"]),
                                          or_nan(method["consistency"]["y"]),
                                          or_nan(gap_closed),
                                          or_nan(method["mia"]["loss_threshold"]["gap"])};
    const std::vector<double> shown = figures_of(page, i);
    REQUIRE(shown.size() == expected.size());
    for (std::size_t k = 0; k < expected.size(); ++k) {
      CAPTURE(k);
      CHECK(std::isnan(shown[k]) == std::isnan(expected[k]));
      if (!std::isnan(expected[k])) CHECK(shown[k] == expected[k]);
    }
  }
}

TEST_CASE("no number of the page is another than the document's") {
  const ordered_json document = to_json(example_comparison());
  std::vector<double> known;
  collect_numbers(document, known);
  for (const ordered_json& method : document["methods"]) known.push_back(1 - or_nan(method["consistency"]["y"]));
  double busy = 0;
  double last = 0;
  for (const ordered_json& entry : document["timeline"]) {
    busy += entry["end"].get<double>() - entry["begin"].get<double>();
    last = std::max(last, entry["end"].get<double>());
  }
  known.push_back(busy);
  known.push_back(last);

  const std::vector<std::string> shown = all_between(to_html(document), "<data value=\"", "\"");

  CHECK(shown.size() > 300);
  for (const std::string& text : shown) {
    CAPTURE(text);
    CHECK(std::find(known.begin(), known.end(), std::strtod(text.c_str(), nullptr)) != known.end());
  }
}

TEST_CASE("a number is written as people read it") {
  const std::string page = to_html(to_json(example_comparison()));

  CHECK(contains(page, "<data value=\"59870\">59,870</data>"));
  CHECK(contains(page, "<data value=\"412.7\">6 min 53 s</data>"));
  CHECK(contains(page, "<data value=\"53400000\">53.4 MB</data>"));
  CHECK(contains(page, "<data value=\"0.938\">93.80</data>"));
  CHECK(contains(page, ">10.7×</data>"));
}

TEST_CASE("the page says the verdict first, and of each method what the document says of it") {
  const ordered_json document = to_json(example_comparison());

  const std::string page = to_html(document);

  CHECK(between(page, "<p class=\"verdict\">", "</p>") == document["verdict"].get<std::string>());
  CHECK(page.find("class=\"verdict\"") < page.find("<table"));
  const std::vector<std::string> said = all_between(page, "<span class=\"verdict-text\">", "</span>");
  REQUIRE(said.size() >= document["methods"].size());
  for (std::size_t i = 0; i < document["methods"].size(); ++i) {
    const std::string verdict = document["methods"][i]["verdict"]["text"];
    std::string text = said[i];
    for (std::size_t at = text.find("&#39;"); at != std::string::npos; at = text.find("&#39;"))
      text.replace(at, 5, "'");
    CAPTURE(verdict);
    CHECK(text.size() > 10);
    CHECK(verdict.ends_with(text));
    CHECK(text.size() + document["methods"][i]["name"].get<std::string>().size() + 2 >= verdict.size());
  }
  CHECK(contains(page, "stopped after 3 of 10 epochs: the forget set&#39;s accuracy had reached the test set&#39;s"));
}

TEST_CASE("the page runs no script and asks for nothing") {
  const std::string page = to_html(to_json(example_comparison()));

  for (const char* part : {"<script", "http:", "https:", "//", "javascript:", "url(", "@import", "src=", "<link",
                           "<iframe", "<img", "onload"}) {
    CAPTURE(part);
    CHECK(!contains(page, part));
  }
  CHECK(
      contains(page, "content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\""));
  for (const std::string& target : all_between(page, "href=\"", "\""))
    CHECK(contains(page, "id=\"" + target.substr(1) + "\""));
}

TEST_CASE("whatever stands in the document, the page shows it and does not take it for its own") {
  const std::string hostile = "\"'><script>alert(1)</script>&amp;<img src=x onerror=alert(2)>\x01";
  const std::string shown =
      "&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;&lt;img src=x onerror=alert(2)&gt;\xEF\xBF\xBD";
  ComparisonReport report = example_comparison();
  report.run = report.requests = report.replay = report.test = hostile;
  report.methods[4].name = hostile;
  report.methods[4].guarantee = hostile;
  report.methods[5].fallbacks = {hostile};
  report.methods[5].warning = hostile;
  report.methods[6].repetitions[0].membership.why_null = hostile;
  report.canary->spec = report.canary->measure = hostile;
  report.configuration = {{hostile, hostile}};
  report.versions = {{hostile, hostile}};
  ordered_json document = to_json(report);
  document["verdict"] = hostile;
  document["methods"][4]["residual_memory"][0]["why"] = hostile;
  document["timeline"][0]["shard"] = hostile;

  const std::string page = to_html(document);

  CHECK(!contains(page, "<script"));
  CHECK(!contains(page, "<img"));
  CHECK(!contains(page, "\x01"));
  CHECK(between(page, "<p class=\"verdict\">", "</p>") == shown);
  CHECK(between(page, "<title>", "</title>") == "Forgetting compared: " + shown);
  CHECK(count_of(page, shown) > 15);
}

TEST_CASE("every chart says in words what it shows, and has its numbers in a table") {
  const std::string page = to_html(to_json(example_comparison()));

  const std::vector<std::string> charts = all_between(page, "<svg class=\"chart", "</svg>");

  CHECK(charts.size() > 15);
  for (const std::string& chart : charts) {
    CAPTURE(chart.substr(0, 200));
    CHECK(contains(chart, "role=\"img\""));
    const std::string title = between(chart, "aria-labelledby=\"", "\"");
    const std::string description = between(chart, "aria-describedby=\"", "\"");
    CHECK(between(chart, "<title id=\"" + title + "\">", "</title>").size() > 10);
    CHECK(between(chart, "<desc id=\"" + description + "\">", "</desc>").size() > 30);
    CHECK(count_of(page, "id=\"" + title + "\"") == 1);
  }
  const std::vector<std::string> figures = all_between(page, "<figure", "</figure>");
  CHECK(figures.size() > 10);
  for (const std::string& figure : figures) CHECK(contains(figure, "<details class=\"numbers\">"));
  // What is no chart is decoration, and says so.
  CHECK(
      count_of(page, "<svg") ==
      charts.size() +
          count_of(page, "<svg class=\"icon\" viewBox=\"0 0 16 16\" width=\"16\" height=\"16\" aria-hidden=\"true\""));
}

TEST_CASE("a cut retraining's chart tells where it stopped, and one that does not decay that it went to the end") {
  const std::string page = to_html(to_json(example_comparison()));

  const std::vector<std::string> charts = all_between(page, "<figure class=\"small\"", "</figure>");

  REQUIRE(charts.size() == 12);  // two methods, three shards, two repetitions
  CHECK(contains(charts[0], "stopped after stage 27"));
  CHECK(contains(charts[0], "<polyline class=\"fit\""));
  CHECK(contains(charts[2], "retrained to the end: the residual memory does not decay"));
  CHECK(!contains(charts[2], "class=\"stop-line\""));
  CHECK(count_of(between(charts[0], "<tbody>", "</tbody>"), "<tr>") == 8);
}

TEST_CASE("a document without values makes a page without numbers") {
  ordered_json document = to_json(example_comparison());
  set_every_value_to_null(document);

  const std::string page = to_html(document);

  CHECK(contains(page, "There is no verdict."));
  CHECK(!contains(page, "<data"));
  CHECK(!contains(page, "nan"));
  CHECK(count_of(page, "<tr class=\"figures\">") == document["methods"].size() + 1);
}

TEST_CASE("a document of nothing, or of something else, makes a page too") {
  for (const char* text :
       {"null", "[]", "{}", "3", R"({"methods": 3, "canary": [], "floor": "x", "timeline": {"a": 1}})",
        R"({"methods": [null, 3, {}, {"name": 5, "residual_memory": [null, {"points": [1, null, {}]}]}]})",
        R"({"timeline": [{"rank": 0}, null], "reference": [], "configuration": {"a": [1, {"b": null}]}})"}) {
    CAPTURE(text);
    const std::string page = to_html(ordered_json::parse(text));

    CHECK(page.starts_with("<!DOCTYPE html>"));
    CHECK(page.ends_with("</html>\n"));
  }
}

TEST_CASE("numbers far out stay on the charts") {
  ordered_json document = to_json(example_comparison());
  document["methods"][7]["consistency"]["theta"] = 1e30;
  document["methods"][6]["speedup_seconds"] = 1e12;
  document["methods"][5]["speedup_seconds"] = 1e-9;
  document["methods"][4]["sample_gradients"] = 1e18;

  const std::string page = to_html(document);

  CHECK(!contains(page, "inf"));
  for (const char* place : {" x=\"", " cx=\"", " x1=\"", " y1=\"", " x2=\""})
    for (const std::string& text : all_between(page, place, "\"")) {
      CAPTURE(text);
      const double value = std::strtod(text.c_str(), nullptr);
      CHECK(value >= -1);
      CHECK(value <= 1200);
    }
}
