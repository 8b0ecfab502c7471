// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "aggregation/report/comparison_report.hpp"
#include "aggregation/report/html/document.hpp"
#include "aggregation/report/html/markup.hpp"
#include "aggregation/report/html/sections.hpp"
#include "aggregation/report/html/style.hpp"

namespace expunge {

namespace {

// The page asks for nothing and runs nothing, whatever stands in the document.
constexpr std::string_view kPolicy =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

struct Part {
  std::string_view id;
  std::string_view name;
  std::string (*html)(const html::Json& document);
};

constexpr std::array<Part, 9> kParts = {{{"methods", "Methods", html::methods_section},
                                         {"cost", "Cost against distance", html::cost_section},
                                         {"speedups", "Speed-ups", html::speedup_section},
                                         {"accuracy-by-set", "Accuracy", html::accuracy_section},
                                         {"canary", "Canary", html::canary_section},
                                         {"residual", "Residual memory", html::residual_section},
                                         {"timeline", "Timeline", html::timeline_section},
                                         {"reading", "How to read this", html::reading_section},
                                         {"settings", "Configuration", html::settings_section}}};

}  // namespace

std::string to_html(const nlohmann::ordered_json& document) {
  const std::string run = html::text_at(document, {"run"});
  const std::string title = run.empty() ? "Forgetting compared" : "Forgetting compared: " + run;
  std::string links;
  std::string body;
  for (const Part& part : kParts) {
    const std::string text = part.html(document);
    if (text.empty()) continue;
    links += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", part.id, part.name);
    body += text;
  }
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n"
      "<header>\n<h1>{}</h1>\n</header>\n<main>\n{}<nav aria-label=\"Parts of this "
      "page\"><ul>\n{}</ul></nav>\n{}</main>\n"
      "<footer>Made by expunge from report.json, which has every number in full.</footer>\n</body>\n</html>\n",
      kPolicy, html::escaped(title), html::style(), html::escaped(title), html::summary_section(document), links, body);
}

}  // namespace expunge
