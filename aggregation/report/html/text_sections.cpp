// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "aggregation/report/html/figures.hpp"
#include "aggregation/report/html/markup.hpp"
#include "aggregation/report/html/sections.hpp"

namespace expunge::html {

namespace {

struct Word {
  std::string_view name;
  std::string_view meaning;
};

constexpr std::array<Word, 14> kWords = {{
    {"retrain",
     "Everything trained again from scratch without the samples. The others are held against it: it has nothing to "
     "forget."},
    {"exact",
     "Retraining only what the samples touched, from the last state before them. Its result is the retrained one, bit "
     "for bit."},
    {"identity", "Nothing is done. A method that comes out no better has not forgotten."},
    {"guarantee",
     "exact: the result is the retrained one. certified: bounded by a proof under assumptions that were checked. "
     "heuristic: only "
     "measured, here. none: nothing is promised."},
    {"sample-gradients",
     "One sample's forward and backward pass counts one. It does not depend on the machine, as seconds do."},
    {"speed-up", "What retraining costs, divided by what the method costs."},
    {"test, retain, forget",
     "Accuracy on samples nobody trained on, on those that were kept, and on those to be forgotten."},
    {"distance of parameters",
     "Length of the difference between the method's parameters and the retrained ones (l2). 0: the same."},
    {"÷ identity", "The same, divided by identity's. 1: as far as if nothing had been done; 0: as retrained."},
    {"equal answers",
     "Share of test samples to which the affected models give the answer that the retrained ones give."},
    {"floor",
     "How far two retrainings lie apart that differ in chance alone: in the order of samples, or in the seed. What is "
     "nearer than "
     "that can't be told from retraining by this measure."},
    {"canary",
     "Samples planted on purpose whose trace can be measured. Gap closed: 100 %, it is gone; 0 %, all is there."},
    {"membership gap",
     "How much better an attacker tells the forgotten samples from unseen ones than in the retrained models. Good is "
     "0."},
    {"residual memory",
     "How much a retrained stage still differs from what it did before. Where it has become flat, more retraining "
     "changes little."},
}};

std::string table_of(const Json& settings, std::string_view caption) {
  if (!settings.is_object() || settings.empty()) return {};
  DataTable table{.caption = std::string(caption), .header = {"name", "value"}, .rows = {}};
  for (const auto& [name, value] : settings.items()) table.rows.push_back({escaped(name), escaped(words_of(value))});
  return table.html();
}

std::string fact(std::string_view name, const std::string& html) {
  constexpr std::size_t kShort = 18;
  if (html.empty()) return html;
  const bool is_long = !html.starts_with('<') && length_of(html) > kShort;
  return fmt::format("<div{}><dt>{}</dt><dd>{}</dd></div>\n", is_long ? " class=\"long\"" : "", escaped(name), html);
}

std::string counted(const Json& document, std::string_view key) {
  const auto value = number_at(document, {key});
  return value ? data(value, Figure::kCount) : std::string();
}

}  // namespace

std::string summary_section(const Json& document) {
  std::string verdict = text_at(document, {"verdict"});
  if (verdict.empty()) verdict = "There is no verdict.";
  std::string facts;
  facts += fact("run", escaped(text_at(document, {"run"})));
  facts += fact("samples forgotten", counted(document, "samples_forgotten"));
  facts += fact("samples kept", counted(document, "samples_live"));
  facts += fact("requests", escaped(text_at(document, {"requests"})));
  facts += fact("canary", escaped(text_at(document, {"canary", "spec"})));
  facts += fact("batches", counted(document, "batches"));
  facts += fact("replayed as", escaped(text_at(document, {"replay"})));
  facts += fact("shards touched", escaped(shortened(words_of(node_at(document, {"affected_shards"})), 60)));
  facts += fact("answers compared on", escaped(text_at(document, {"test"})));
  facts += fact("ranks", counted(document, "ranks"));
  facts += fact("repetitions", counted(document, "repetitions"));
  const auto seconds = number_at(document, {"seconds"});
  if (seconds) facts += fact("the comparison took", data(seconds, Figure::kSeconds));
  return fmt::format(
      "<section id=\"summary\" aria-label=\"Verdict\">\n<p class=\"verdict\">{}</p>\n<dl "
      "class=\"facts\">\n{}</dl>\n</section>\n",
      escaped(verdict), facts);
}

std::string reading_section(const Json& document) {
  std::string body = "<dl class=\"words\">\n";
  for (const Word& word : kWords)
    body += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", escaped(word.name), escaped(word.meaning));
  body += "</dl>\n";
  if (number_at(document, {"repetitions"}).value_or(1) > 1)
    body += paragraph("Numbers are means over the repetitions, ± their deviation.");
  return section("reading", "How to read this", body);
}

std::string settings_section(const Json& document) {
  const std::string body = table_of(node_at(document, {"configuration"}), "Configuration of the run") +
                           table_of(node_at(document, {"versions"}), "Versions");
  return body.empty()
             ? body
             : section("settings", "Configuration and versions", "<div class=\"side-by-side\">\n" + body + "</div>\n");
}

}  // namespace expunge::html
