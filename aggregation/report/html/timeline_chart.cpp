// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "aggregation/report/html/figures.hpp"
#include "aggregation/report/html/markup.hpp"
#include "aggregation/report/html/row_plot.hpp"
#include "aggregation/report/html/sections.hpp"

namespace expunge::html {

namespace {

constexpr std::size_t kRanks = 40;
constexpr std::size_t kRowsOfTimeline = 200;

struct Entry {
  int rank = 0;
  std::string shard;
  double begin = 0;
  double end = 0;
  std::optional<double> work;
};

std::vector<Entry> entries_of(const Json& document) {
  std::vector<Entry> entries;
  const Json& timeline = node_at(document, {"timeline"});
  if (!timeline.is_array()) return entries;
  for (const Json& json : timeline) {
    const auto rank = number_at(json, {"rank"});
    const auto begin = number_at(json, {"begin"});
    const auto end = number_at(json, {"end"});
    if (rank && begin && end)
      entries.push_back({static_cast<int>(*rank), words_of(node_at(json, {"shard"})), *begin, *end,
                         number_at(json, {"sample_gradients"})});
  }
  return entries;
}

using ByRank = std::map<int, std::vector<Entry>>;

Svg draw(const ByRank& ranks, double most, double width) {
  std::vector<std::string> names;
  for (const auto& [rank, own] : ranks) names.push_back(fmt::format("rank {}", rank));
  const RowPlot plot(width, names, 26, 8);
  const Scale scale = Scale::linear(0, most, plot.left() + 4, plot.right() - 4);
  Svg svg = plot.frame(scale, "seconds since the retraining began");
  std::size_t row = 0;
  for (const auto& [rank, own] : ranks) {
    std::size_t number = 0;
    for (const Entry& entry : own) {
      const double x = scale.at(entry.begin);
      const double length = std::max(1.0, scale.at(entry.end) - x);
      const std::string said =
          fmt::format("shard {}: {} to {} on rank {}", entry.shard, figure(entry.begin, Figure::kSeconds),
                      figure(entry.end, Figure::kSeconds), rank);
      svg.rect(x, plot.middle(row) - 9, length, 18, number++ % 2 == 0 ? "work" : "work other", said);
      for (const std::string& text : {"shard " + entry.shard, entry.shard}) {
        if (width_of(text) + 6 > length) continue;
        svg.text(x + 4, plot.middle(row) + 4, text, "on-work");
        break;
      }
    }
    ++row;
  }
  return svg;
}

std::string timeline_numbers(const std::vector<Entry>& entries) {
  DataTable table{.caption = entries.size() <= kRowsOfTimeline
                                 ? std::string("Ranks and shards")
                                 : fmt::format("Ranks and shards: the first {} of {}; report.json has them all",
                                               kRowsOfTimeline, entries.size()),
                  .header = {"rank", "shard", "begin", "end", "sample-gradients"},
                  .rows = {}};
  for (std::size_t i = 0; i < std::min(entries.size(), kRowsOfTimeline); ++i) {
    const Entry& entry = entries[i];
    table.rows.push_back({fmt::to_string(entry.rank), escaped(entry.shard), data(entry.begin, Figure::kSeconds),
                          data(entry.end, Figure::kSeconds), data(entry.work, Figure::kCount)});
  }
  return table.folded();
}

}  // namespace

std::string timeline_section(const Json& document) {
  const std::vector<Entry> entries = entries_of(document);
  if (entries.empty()) return {};
  ByRank ranks;
  double most = 0;
  double busy = 0;
  std::size_t left_out = 0;
  for (const Entry& entry : entries) {
    most = std::max(most, entry.end);
    busy += entry.end - entry.begin;
    if (ranks.size() == kRanks && !ranks.contains(entry.rank)) {
      ++left_out;
    } else {
      ranks[entry.rank].push_back(entry);
    }
  }
  const std::string title = "Which rank worked on which shard when";
  const std::string caption = fmt::format(
      "<p>{} of work in {}.{}</p>\n", data(busy, Figure::kSeconds), data(most, Figure::kSeconds),
      left_out == 0
          ? ""
          : fmt::format(" The first {} ranks are drawn; {} more entries are in report.json.", kRanks, left_out));
  return section("timeline", "The exact retraining, over ranks",
                 figure_of({.id = "timeline-1",
                            .title = title,
                            .description = fmt::format("Bars over time, one row a rank: {} shards on {} ranks in {}.",
                                                       entries.size(), ranks.size(), figure(most, Figure::kSeconds)),
                            .legend = "",
                            .caption = caption,
                            .numbers = timeline_numbers(entries)},
                           [&](double width) { return draw(ranks, most, width); }));
}

}  // namespace expunge::html
