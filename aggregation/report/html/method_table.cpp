// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "aggregation/report/html/figures.hpp"
#include "aggregation/report/html/markup.hpp"
#include "aggregation/report/html/sections.hpp"
#include "aggregation/report/html/svg.hpp"

namespace expunge::html {

namespace {

/// A number of a method: where the document has it, and how the page writes it.
struct Column {
  std::string_view group;
  std::string_view name;
  Figure figure;
  std::vector<std::string_view> path;
  bool spread;  // the document has its deviation over repetitions
};

const Json& node_of(const Json& json, const std::vector<std::string_view>& path) {
  const Json* node = &json;
  for (const std::string_view key : path) node = &node_at(*node, {key});
  return *node;
}

std::optional<double> value_of(const Json& method, const Column& column) {
  return number_at(node_of(method, column.path), {});
}

const std::vector<Column>& main_columns() {
  static const std::vector<Column> kColumns = {
      {"Cost", "speed-up", Figure::kTimes, {"speedup_sample_gradients"}, false},
      {"Cost", "sample-gradients", Figure::kCount, {"sample_gradients"}, true},
      {"Cost", "time", Figure::kSeconds, {"seconds"}, true},
      {"Accuracy, %", "test", Figure::kShare, {"accuracy", "test"}, true},
      {"Accuracy, %", "retain", Figure::kShare, {"accuracy", "retain"}, true},
      {"Accuracy, %", "forget", Figure::kShare, {"accuracy", "forget"}, true},
      {"Distance to the retrained models", "parameters", Figure::kPlain, {"consistency", "theta"}, true},
      {"Distance to the retrained models", "÷ identity", Figure::kPlain, {"over_identity", "theta"}, false},
      {"Distance to the retrained models", "equal answers, %", Figure::kShare, {"consistency", "y"}, true},
      {"Traces", "canary gap closed, %", Figure::kShare, {"canary", "gap_closed"}, true},
      {"Traces", "membership gap", Figure::kPlain, {"mia", "loss_threshold", "gap"}, true},
  };
  return kColumns;
}

const std::vector<Column>& other_columns() {
  static const std::vector<Column> kColumns = {
      {"", "speed-up in time", Figure::kTimes, {"speedup_seconds"}, false},
      {"", "speed-up over exact", Figure::kTimes, {"speedup_over_exact", "sample_gradients"}, false},
      {"", "process time", Figure::kSeconds, {"process_seconds"}, true},
      {"", "bookkeeping", Figure::kSeconds, {"bookkeeping_seconds"}, true},
      {"", "forward passes", Figure::kCount, {"forward_passes"}, true},
      {"", "Hessian-vector products", Figure::kCount, {"hessian_vector_products"}, true},
      {"", "bytes read", Figure::kBytes, {"bytes_read"}, true},
      {"", "bytes written", Figure::kBytes, {"bytes_written"}, true},
      {"", "extra storage", Figure::kBytes, {"storage_bytes"}, true},
      {"", "training overhead", Figure::kPercent, {"training_overhead"}, true},
      {"", "effectiveness", Figure::kPlain, {"effectiveness"}, true},
      {"", "relative distance", Figure::kPlain, {"consistency", "theta_relative"}, true},
      {"", "KL", Figure::kPlain, {"consistency", "kl"}, true},
      {"", "KL ÷ identity", Figure::kPlain, {"over_identity", "kl"}, false},
      {"", "answers ÷ identity", Figure::kPlain, {"over_identity", "y"}, false},
      {"", "equal answers of ensembles", Figure::kPercent, {"consistency", "ensemble_y"}, true},
      {"", "certifiability", Figure::kPlain, {"certifiability"}, true},
      {"", "ToW", Figure::kPlain, {"tow"}, true},
      {"", "membership advantage", Figure::kPlain, {"mia", "loss_threshold", "advantage"}, true},
      {"", "attack accuracy", Figure::kPercent, {"mia", "loss_regression", "accuracy"}, true},
      {"", "attack gap", Figure::kPlain, {"mia", "loss_regression", "gap"}, true},
      {"", "left of the canary", Figure::kPercent, {"canary", "value"}, true},
  };
  return kColumns;
}

std::string cell(const Json& method, const Column& column) {
  std::string text = data(value_of(method, column), column.figure);
  if (!column.spread) return text;
  const Json& spread = node_of(node_at(method, {"spread"}), column.path);
  const std::optional<double> deviation = number_at(spread, {"deviation"});
  if (number_at(spread, {"count"}).value_or(1) > 1 && deviation && *deviation > 0)
    text += fmt::format(" <small>± {}</small>",
                        data(deviation, column.figure == Figure::kPlain ? Figure::kRough : column.figure));
  return text;
}

bool truth(const Json& json, std::initializer_list<std::string_view> path) {
  const Json& node = node_at(json, path);
  return node.is_boolean() && node.get<bool>();
}

std::string chip(std::string_view css_class, std::string_view text) {
  return fmt::format("<span class=\"chip {}\">{}</span>", css_class, escaped(text));
}

std::string chips(const Json& method, bool judged) {
  std::string text;
  if (!text_at(method, {"warning"}).empty()) text += chip("doubtful", "⚠ not to be believed");
  if (!judged) return text;
  text += truth(method, {"verdict", "better_than_nothing"}) ? chip("better", "✓ better than doing nothing")
                                                            : chip("no-better", "✗ no better than doing nothing");
  if (truth(method, {"verdict", "within_floor"})) text += chip("within", "≈ within the floor");
  return text;
}

std::string list_of(std::string_view heading, const Json& texts) {
  if (!texts.is_array() || texts.empty()) return {};
  std::string text = fmt::format("<p class=\"says-more\"><b>{}</b> ", heading);
  for (std::size_t i = 0; i < texts.size(); ++i) text += (i == 0 ? "" : "; ") + escaped(words_of(texts[i]));
  return text + "</p>";
}

// What is said of a method, below its numbers. The verdict names the method, which stands right above.
std::string said(const Json& method, const std::string& name, bool judged) {
  std::string verdict = text_at(method, {"verdict", "text"});
  for (const std::string& beginning : {name + ": ", name + " "}) {
    if (!verdict.starts_with(beginning)) continue;
    verdict.erase(0, beginning.size());
    break;
  }
  std::string text = fmt::format(R"(<div class="says">{} <span class="verdict-text">{}</span>)", chips(method, judged),
                                 escaped(verdict));
  text += list_of("Instead of what was asked:", node_at(method, {"fallbacks"}));
  const std::string reason = text_at(method, {"mia", "reason"});
  if (!reason.empty())
    text += fmt::format("<p class=\"says-more\"><b>No membership inference:</b> {}</p>", escaped(reason));
  return text + "</div>";
}

// Three rows: who it is, its numbers below the heads of their columns, and what is said of it. Names are long, and stay
// in sight while the numbers are scrolled.
std::string rows_of(const Json& method, const std::string& name, const std::string& shown, std::string_view guarantee,
                    bool judged) {
  const std::size_t columns = main_columns().size();
  std::string text = fmt::format(
      "<tbody class=\"method\">\n<tr><th scope=\"rowgroup\" colspan=\"{}\"><div class=\"stays\">{} <span "
      "class=\"guarantee\">{}&nbsp;{}</span></div></th></tr>\n<tr class=\"figures\">",
      columns, shown, marker_icon(guarantee), escaped(text_at(method, {"guarantee"})));
  for (const Column& column : main_columns()) text += fmt::format("<td>{}</td>", cell(method, column));
  return text + fmt::format("</tr>\n<tr class=\"words\"><td colspan=\"{}\">{}</td></tr>\n</tbody>\n", columns,
                            said(method, name, judged));
}

std::string header() {
  std::string groups;
  std::string names;
  const std::vector<Column>& columns = main_columns();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const bool first = i == 0 || columns[i].group != columns[i - 1].group;
    names += fmt::format("<th scope=\"col\">{}</th>", escaped(columns[i].name));
    if (!first) continue;
    const auto size =
        std::count_if(columns.begin(), columns.end(), [&](const Column& one) { return one.group == columns[i].group; });
    groups += fmt::format(R"(<th scope="colgroup" colspan="{}">{}</th>)", size, escaped(columns[i].group));
  }
  return fmt::format("<thead>\n<tr>{}</tr>\n<tr>{}</tr>\n</thead>\n", groups, names);
}

std::string floor_row(const Json& floor, std::string_view name) {
  if (!number_at(floor, {"theta", "mean"}) && !number_at(floor, {"y", "mean"})) return {};
  const auto spread = [&](std::string_view key, Figure kind) {
    const Json& own = node_at(floor, {key});
    const auto mean = number_at(own, {"mean"});
    if (!mean) return data(mean, kind);
    return fmt::format("{} <small>{}–{}</small>", data(mean, kind), data(number_at(own, {"least"}), kind),
                       data(number_at(own, {"most"}), kind));
  };
  // Under the columns of distances, for there it is what 0 looks like.
  std::string text;
  bool named = false;
  std::size_t before = 0;
  for (const Column& column : main_columns()) {
    const bool distance = column.path.front() == "consistency";
    if (!named && !distance) {
      ++before;
      continue;
    }
    if (!named)
      text += fmt::format(R"(<th scope="row" colspan="{}"><div class="stays">{}</div></th>)", before, escaped(name));
    named = true;
    text += fmt::format("<td>{}</td>", distance ? spread(column.path.back(), column.figure) : std::string());
  }
  return "<tr>" + text + "</tr>\n";
}

std::string other_measures(const std::vector<MethodView>& methods) {
  DataTable table{.caption = "Every other measure", .header = {"method"}, .rows = {}};
  for (const Column& column : other_columns()) table.header.emplace_back(column.name);
  for (const MethodView& method : methods) {
    std::vector<std::string>& row = table.rows.emplace_back();
    row.push_back(escaped(method.label(400)));
    for (const Column& column : other_columns()) row.push_back(cell(*method.json, column));
  }
  return table.folded("Every other measure");
}

}  // namespace

std::string methods_section(const Json& document) {
  const std::vector<MethodView> methods = methods_of(document);
  const bool judged =
      std::any_of(methods.begin(), methods.end(), [](const MethodView& one) { return one.name == "identity"; });
  const std::string reference = text_at(document, {"reference", "name"});
  std::string table =
      "<div class=\"scrolls\" tabindex=\"0\" role=\"region\" aria-label=\"Methods\"><table class=\"methods\">\n"
      "<caption><span>Every method, held against the models retrained without the samples</span></caption>\n" +
      header();
  bool listed = false;
  for (const MethodView& method : methods) {
    listed = listed || (!reference.empty() && method.name == reference);
    table += rows_of(*method.json, method.name,
                     fmt::format("<span class=\"number\">{}</span> {}", method.number, escaped(method.name)),
                     method.guarantee, judged && method.name != "identity" && method.name != reference);
  }
  if (!listed && node_at(document, {"reference"}).is_object())
    table += rows_of(node_at(document, {"reference"}), reference, escaped(reference), "exact", false);
  const std::string floors = floor_row(node_at(document, {"floor", "order"}), "floor: retrained in another order") +
                             floor_row(node_at(document, {"floor", "seed"}), "floor: retrained with another seed");
  if (!floors.empty()) table += "<tbody class=\"floors\">\n" + floors + "</tbody>\n";
  table += "</table></div>\n";
  return section("methods", "The methods", table + other_measures(methods));
}

}  // namespace expunge::html
