// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "aggregation/report/comparison_report.hpp"
#include "aggregation/report/comparison_summary.hpp"
#include "aggregation/report/text_table.hpp"

namespace expunge {

namespace {

// The same numbers as in the document, as many digits as a person compares. A number that the document has not is a
// dash here.
std::string number(std::optional<double> value, std::string_view format) {
  return value && std::isfinite(*value) ? fmt::format(fmt::runtime(format), *value) : "-";
}
std::string share(std::optional<double> value) {
  return number(value, "{:.4f}");
}
std::string mean(const std::optional<Spread>& spread, std::string_view format) {
  return spread ? number(spread->mean, format) : "-";
}

std::string counted(std::uint64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : what.ends_with("ch") ? "es" : "s");
}

std::string head(const ComparisonReport& report, const ComparisonSummary& summary) {
  std::string text;
  const auto line = [&](std::string_view name, const std::string& value) {
    fmt::format_to(std::back_inserter(text), "{:<10} {}\n", name, value);
  };
  line("verdict", verdict_of(report, summary));
  line("run",
       fmt::format("{}, on {}, {}, {:.1f} s", report.run, counted(static_cast<std::uint64_t>(report.ranks), "rank"),
                   counted(report.repetitions, "repetition"), report.seconds));
  line("forgotten", fmt::format("{} of {} samples, in {}; shards affected: {}", report.samples_forgotten,
                                report.samples_forgotten + report.samples_live, counted(report.batches, "batch"),
                                fmt::join(report.affected_shards, " ")));
  if (report.canary)
    line("canary",
         fmt::format("{}: {} in shard {}, slice {}; {}: {} remembered, {} retrained{}", report.canary->spec,
                     counted(report.canary->samples, "sample"), report.canary->shard, report.canary->slice,
                     report.canary->measure, share(report.canary->remembered), share(report.canary->retrained),
                     report.canary->measurable ? "" : ": too near each other to measure anything between"));
  return text;
}

void add_floor(TextTable& table, std::string_view name, const FloorSummary& floor) {
  if (!floor.theta && !floor.y && !floor.kl && !floor.ensemble_y) return;
  table.row({std::string(name), "-", "-", "-", "-", "-", "-", "-", mean(floor.theta, "{:.4g}"), mean(floor.y, "{:.4f}"),
             mean(floor.kl, "{:.3g}"), "-", mean(floor.canary, "{:.4f}"), "-"});
}

std::string method_table(const ComparisonSummary& summary) {
  TextTable table({"method", "gradients", "times less", "seconds", "times faster", "test", "retain", "forget", "theta",
                   "y", "KL", "MIA gap", "canary", "gap closed"});
  for (const MethodSummary& method : summary.methods) {
    const MethodNumbers& own = method.mean;
    table.row({method.method->name, number(own.sample_gradients, "{:.0f}"),
               number(method.speedup.sample_gradients, "{:.1f}"), number(own.seconds, "{:.2f}"),
               number(method.speedup.seconds, "{:.1f}"), share(own.accuracy.test), share(own.accuracy.retain),
               share(own.accuracy.forget), number(own.distances.theta, "{:.4g}"), share(own.distances.y),
               number(own.distances.kl, "{:.3g}"), number(own.membership.attack_gap, "{:+.3f}"), share(own.canary),
               number(own.gap_closed, "{:.3f}")});
  }
  add_floor(table, "floor: other order", summary.order);
  add_floor(table, "floor: other seed", summary.seed);
  return table.text();
}

std::string verdicts(const ComparisonReport& report, const ComparisonSummary& summary) {
  std::string text;
  for (const MethodSummary& method : summary.methods)
    fmt::format_to(std::back_inserter(text), "{}\n", verdict_of(report, summary, method).text);
  for (const MethodSummary& method : summary.methods)
    for (const std::string& fallback : method.method->fallbacks)
      fmt::format_to(std::back_inserter(text), "{} did something else than was asked: {}\n", method.method->name,
                     fallback);
  if (const std::string& why = summary.reference.mean.membership.why_null; !why.empty())
    fmt::format_to(std::back_inserter(text), "no membership inference: {}\n", why);
  return text;
}

}  // namespace

std::string to_text(const ComparisonReport& report) {
  const ComparisonSummary summary = summary_of(report);
  return fmt::format("{}\n{}\n{}", head(report, summary), method_table(summary), verdicts(report, summary));
}

}  // namespace expunge
