// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "aggregation/report/comparison_report.hpp"
#include "tests/browser/browser.hpp"
#include "tests/browser/comparisons.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

using nlohmann::json;
using nlohmann::ordered_json;

// One for all cases: starting it is what takes time.
Browser& browser() {
  const char* program = std::getenv("EXPUNGE_BROWSER");
  static Browser instance(program == nullptr ? "chromium" : program);
  return instance;
}

struct Page {
  std::string name;
  ordered_json document;
  std::filesystem::path file;
};

// The pages under test, written once.
const std::vector<Page>& pages() {
  static const TemporaryFolder kFolder;
  static const std::vector<Page> kAll = [] {
    std::vector<Page> list;
    const auto add = [&](const std::string& name, const ComparisonReport& report) {
      Page page{name, to_json(report), kFolder / (name + ".html")};
      std::ofstream(page.file) << to_html(page.document);
      list.push_back(std::move(page));
    };
    add("example", example_comparison());
    add("sweep", sweep_comparison());
    add("bare", bare_comparison());
    return list;
  }();
  return kAll;
}

std::filesystem::path written(const TemporaryFolder& folder, const std::string& html) {
  std::ofstream(folder / "page.html") << html;
  return folder / "page.html";
}

// Texts of charts that a reader can't read: outside of their chart, or on each other. A list of what and where.
constexpr const char* kUnreadable = R"js((() => {
  const found = [];
  for (const chart of document.querySelectorAll('svg.chart')) {
    if (chart.getClientRects().length === 0) continue;
    const frame = chart.getBoundingClientRect();
    const texts = [...chart.querySelectorAll('text')].map(text => ({text: text.textContent, box: text.getBoundingClientRect()}));
    texts.forEach(({text, box}, i) => {
      if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
        found.push(`${chart.querySelector('title').textContent}: "${text}" is cut off`);
      for (const other of texts.slice(i + 1)) {
        const across = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
        const down = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
        if (across > 1 && down > 3) found.push(`${chart.querySelector('title').textContent}: "${text}" lies on "${other.text}"`);
      }
    });
  }
  return found;
})())js";

// Texts whose contrast with what lies behind them is below 4.5, and marks below 3 (WCAG 2, level AA).
constexpr const char* kPale = R"js((() => {
  const parse = colour => (colour.match(/[\d.]+/g) || []).map(Number);
  const opaque = colour => colour.length === 3 || colour[3] > 0;
  const light = colour => {
    const [r, g, b] = colour.map(c => c / 255).map(c => c <= 0.03928 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
  const behind = element => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (opaque(colour)) return colour;
    }
    return [255, 255, 255];
  };
  const found = new Set();
  for (const element of document.querySelectorAll('body *')) {
    if (element.getClientRects().length === 0 || element.closest('title, desc')) continue;
    const drawn = element.closest('svg');
    const style = getComputedStyle(element);
    const written = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
    if (written && !element.classList.contains('on-work')) {
      const value = contrast(parse(drawn ? style.fill : style.color), behind(element));
      if (value < 4.5) found.add(`text <${element.tagName} ${element.getAttribute('class')}>: ${value.toFixed(2)}`);
    } else if (drawn && element.matches('.mark, .bar:not(.hollow), .work')) {
      const value = contrast(parse(style.fill), behind(element));
      if (value < 3) found.add(`shape <${element.getAttribute('class')}>: ${value.toFixed(2)}`);
    }
  }
  return [...found];
})())js";

std::string joined(const json& lines) {
  std::string text;
  for (const json& line : lines) text += line.get<std::string>() + "\n";
  return text;
}

int width_of_page() {
  return browser().evaluate("document.documentElement.scrollWidth").get<int>();
}

}  // namespace

TEST_CASE("this browser sees a request, a complaint, an overflow, a text cut off and one too pale where there is one") {
  const TemporaryFolder folder;
  const std::filesystem::path page = written(
      folder,
      "<!DOCTYPE html><html lang=\"en\"><title>bad</title><body><img src=\"https://example.invalid/x.png\" alt=\"\">"
      "<script>console.error('bad')</script><p style=\"width:500px;color:#999\">pale</p>"
      "<svg class=\"chart\" width=\"100\" height=\"20\"><title>t</title><text x=\"90\" y=\"15\">too far out</text>"
      "<text x=\"80\" y=\"15\">upon</text></svg>");

  browser().open(page, {.width = 360, .height = 640});

  CHECK(browser().requests() == std::vector<std::string>{"https://example.invalid/x.png"});
  CHECK(browser().complaints().size() >= 2);
  CHECK(width_of_page() > 360);
  CHECK(browser().evaluate(kUnreadable).size() >= 3);
  CHECK(browser().evaluate(kPale).size() == 1);
}

TEST_CASE("a browser has nothing to complain of and nothing to fetch, however the page is looked at") {
  for (const Page& page : pages()) {
    for (const Look& look : {Look{}, Look{.dark = true}, Look{.width = 360, .height = 640}, Look{.paper = true}}) {
      CAPTURE(page.name);
      CAPTURE(look.width);
      browser().open(page.file, look);

      CHECK(browser().requests().empty());
      CHECK(joined(browser().complaints()) == "");
    }
  }
}

TEST_CASE("the page's own policy lets no script run and nothing in") {
  const TemporaryFolder folder;
  std::ifstream file(pages().front().file);
  std::string html{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const std::string planted =
      R"(<script>document.title = 'taken'</script><img src="https://example.invalid/x.png" alt="">)";
  html.insert(html.find("<main>"), planted);

  browser().open(written(folder, html), {});

  CHECK(browser().evaluate("document.title") == "Forgetting compared: runs/letters");
  CHECK(browser().complaints().size() >= 2);
  for (const std::string& complaint : browser().complaints())
    CHECK(complaint.find("Content Security Policy") != std::string::npos);
}

TEST_CASE("what is rendered has the verdict, each method's name and its numbers") {
  for (const Page& page : pages()) {
    CAPTURE(page.name);
    browser().open(page.file, {});

    CHECK(browser().evaluate("document.querySelector('.verdict').innerText") ==
          page.document["verdict"].get<std::string>());
    const json names =
        browser().evaluate("[...document.querySelectorAll('.methods th[scope=rowgroup]')].map(cell => cell.innerText)");
    const json numbers = browser().evaluate(
        "[...document.querySelectorAll('.methods tr.figures')].map(row => [...row.querySelectorAll('td > "
        "data')].map(cell => "
        "Number(cell.value)))");
    REQUIRE(names.size() >= page.document["methods"].size());
    for (std::size_t i = 0; i < page.document["methods"].size(); ++i) {
      const ordered_json& method = page.document["methods"][i];
      CHECK(names[i].get<std::string>().find(method["name"].get<std::string>()) != std::string::npos);
      for (const char* pointer : {"/speedup_sample_gradients", "/sample_gradients", "/seconds", "/accuracy/test",
                                  "/accuracy/forget", "/consistency/theta", "/consistency/y"}) {
        const ordered_json& value = method[ordered_json::json_pointer(pointer)];
        CAPTURE(pointer);
        if (!value.is_null())
          CHECK(std::find(numbers[i].begin(), numbers[i].end(), value.get<double>()) != numbers[i].end());
      }
    }
  }
}

TEST_CASE("on a telephone the page scrolls down and not across, and on any width all that is written can be read") {
  for (const Page& page : pages()) {
    for (const int width : {320, 360, 620, 621, 800, 1200, 1920}) {
      CAPTURE(page.name);
      CAPTURE(width);
      browser().open(page.file, {.width = width, .height = 700});

      CHECK(width_of_page() == width);
      CHECK(joined(browser().evaluate(kUnreadable)) == "");
      // One drawing of each chart is shown.
      CHECK(browser()
                .evaluate("[...document.querySelectorAll('figure')].every(figure => "
                          "[...figure.querySelectorAll('svg.chart')].filter(chart => chart.getClientRects().length > "
                          "0).length === 1)")
                .get<bool>());
    }
  }
}

TEST_CASE(
    "every word and every mark has contrast enough in the light and in the dark, and on paper it is always light") {
  const char* background = "getComputedStyle(document.body).backgroundColor";
  for (const Page& page : pages()) {
    for (const bool dark : {false, true}) {
      CAPTURE(page.name);
      CAPTURE(dark);
      browser().open(page.file, {.dark = dark});

      CHECK(browser().evaluate(background) == (dark ? "rgb(20, 23, 27)" : "rgb(255, 255, 255)"));
      CHECK(joined(browser().evaluate(kPale)) == "");
    }
  }
  browser().open(pages().front().file, {.dark = true, .paper = true});
  CHECK(browser().evaluate(background) == "rgb(255, 255, 255)");
  CHECK(joined(browser().evaluate(kPale)) == "");
}

TEST_CASE("a reader who does not see the charts is told what they show") {
  browser().open(pages().front().file, {});

  const json charts = browser().evaluate(
      "[...document.querySelectorAll('svg.chart')].filter(chart => chart.getClientRects().length > 0).map(chart => "
      "[document.getElementById(chart.getAttribute('aria-labelledby')).textContent, "
      "document.getElementById(chart.getAttribute('aria-describedby')).textContent])");

  CHECK(charts.size() > 10);
  for (const json& chart : charts) {
    CHECK(chart[0].get<std::string>().size() > 10);
    CHECK(chart[1].get<std::string>().size() > 30);
  }
  CHECK(
      browser().evaluate("new Set([...document.querySelectorAll('[id]')].map(element => element.id)).size === "
                         "document.querySelectorAll('[id]').length"));
}

TEST_CASE("on paper nothing is wider than the sheet") {
  // A4 between its margins, upright: 186 mm.
  for (const Page& page : pages()) {
    CAPTURE(page.name);
    browser().open(page.file, {.width = 703, .height = 1000, .paper = true});

    CHECK(width_of_page() == 703);
    CHECK(joined(browser().evaluate(kUnreadable)) == "");
  }
}

TEST_CASE("pictures of the pages, where somebody asks for them") {
  const char* folder = std::getenv("EXPUNGE_PICTURES");
  if (folder == nullptr) return;
  constexpr int kHeight = 1500;
  for (const Page& page : pages()) {
    for (const auto& [name, look] :
         {std::pair{"light", Look{}}, {"dark", Look{.dark = true}}, {"phone", Look{.width = 360}}}) {
      browser().open(page.file, look);
      const int height = browser().evaluate("document.documentElement.scrollHeight").get<int>();
      for (int top = 0; top < height; top += kHeight)
        browser().picture(
            std::filesystem::path(folder) / fmt::format("{}-{}-{:02}.png", page.name, name, top / kHeight), top,
            std::min(kHeight, height - top));
    }
    browser().open(page.file, {});
    browser().print(std::filesystem::path(folder) / (page.name + ".pdf"));
  }
}
