// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "aggregation/report/comparison_report.hpp"
#include "aggregation/report/comparison_summary.hpp"

namespace expunge {

namespace {

// What counts as nearer where no floor says how far chance alone carries, and of a canary always: a share of the gap.
constexpr double kLeastShare = 0.1;
// A canary that is closed so far is forgotten, as far as it can tell.
constexpr double kClosed = 0.9;
// Accuracy lost on the test set that a verdict speaks of.
constexpr double kLeastLoss = 0.005;

// One way to be nearer to the retrained models than the untouched ones are, or further away.
struct Gain {
  std::string_view name;
  double share;  // of the distance that is left
  bool nearer;
  bool further;
};

double unlike(double agreement) {
  return 1 - agreement;
}

Gain gain_of(std::string_view name, double own, double identity, const std::optional<Spread>& floor) {
  const double enough = floor && floor->count > 1 ? floor->deviation : kLeastShare * identity;
  return {.name = name,
          .share = own == identity ? 1 : own / identity,
          .nearer = identity - own > enough,
          .further = own - identity > enough};
}

std::vector<Gain> gains_of(const ComparisonSummary& summary, const MethodSummary& method) {
  std::vector<Gain> gains;
  if (!summary.identity) return gains;
  const Distances& own = method.mean.distances;
  const Distances& identity = summary.identity->distances;
  if (own.theta && identity.theta)
    gains.push_back(gain_of("parameters", *own.theta, *identity.theta, summary.order.theta));
  if (own.y && identity.y) gains.push_back(gain_of("answers", unlike(*own.y), unlike(*identity.y), summary.order.y));
  if (own.kl && identity.kl) gains.push_back(gain_of("KL", *own.kl, *identity.kl, summary.order.kl));
  return gains;
}

// How much of the canary's gap is closed, where that can be measured.
std::optional<double> closed(const ComparisonReport& report, const MethodSummary& method) {
  return report.canary && report.canary->measurable ? method.mean.gap_closed : std::nullopt;
}

bool canary_gains(const ComparisonReport& report, const ComparisonSummary& summary, const MethodSummary& method) {
  const std::optional<double> share = closed(report, method);
  if (!share) return false;
  const double gap = std::abs(report.canary->remembered - report.canary->retrained);
  const double spread = summary.order.canary ? summary.order.canary->deviation / gap : 0;
  return *share > std::max(kLeastShare, spread);
}

bool within_floor(const ComparisonSummary& summary, const Distances& own) {
  const FloorSummary& floor = summary.order;
  bool compared = false;
  bool within = true;
  const auto compare = [&](const std::optional<double>& value, const std::optional<Spread>& spread, bool likeness) {
    if (!value) return;
    compared = true;
    within = within && spread && (likeness ? *value >= spread->least : *value <= spread->most);
  };
  compare(own.theta, floor.theta, false);
  compare(own.y, floor.y, true);
  compare(own.kl, floor.kl, false);
  return compared && within;
}

bool is_reference(const ComparisonReport& report, const MethodSummary& method) {
  return method.method->name == report.reference.name;
}

bool same_bits(const MethodSummary& method) {
  const Distances& own = method.mean.distances;
  return own.theta && *own.theta == 0 && own.y.value_or(1) == 1 && own.kl.value_or(0) == 0;
}

// Exact by its word, and nothing measured says otherwise. A model of another kind has no distance to speak of.
bool is_exact(const MethodSummary& method) {
  return method.method->guarantee == "exact" && method.method->warning.empty() &&
         (same_bits(method) || !method.mean.distances.theta);
}

bool is_finite(const MethodSummary& method) {
  const Distances& own = method.mean.distances;
  return std::isfinite(own.theta.value_or(0)) && std::isfinite(own.kl.value_or(0));
}

bool is_approximate(const MethodSummary& method) {
  return method.method->guarantee != "exact" && method.method->name != kDoingNothing && method.method->warning.empty();
}

bool canary_forgotten(const ComparisonReport& report, const MethodSummary& method) {
  return closed(report, method).value_or(1) >= kClosed;
}

std::string times(double factor) {
  return factor < 9.95 ? fmt::format("{:.1f}", factor) : fmt::format("{:.0f}", factor);
}

std::string work_words(const MethodSummary& method) {
  const std::optional<double> speedup = method.speedup.sample_gradients;
  if (!speedup || *speedup == 0) return "without training";
  if (*speedup >= 1.05) return fmt::format("at {} times less work than retraining", times(*speedup));
  if (*speedup > 0.95) return "at the same work as retraining";
  return fmt::format("at {} times the work of retraining", times(1 / *speedup));
}

std::string percent(double share) {
  return fmt::format("{:.0f} %", 100 * share);
}

// "of doing nothing's distance 106 % is left in parameters, 101 % in answers, 110 % in KL; of the canary's gap 4 % is
// closed"
std::string remains(const ComparisonReport& report, const ComparisonSummary& summary, const MethodSummary& method) {
  std::string text;
  for (const Gain& gain : gains_of(summary, method))
    if (std::isfinite(gain.share))
      fmt::format_to(std::back_inserter(text), "{}{} in {}",
                     text.empty() ? "of the distance that doing nothing has, it leaves " : ", ", percent(gain.share),
                     gain.name);
  if (const auto share = closed(report, method))
    fmt::format_to(std::back_inserter(text), "{}it closes {} of the canary's gap", text.empty() ? "" : "; ",
                   percent(*share));
  return text.empty() ? "no distance could be measured" : text;
}

std::string listed(const std::vector<std::string_view>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    fmt::format_to(std::back_inserter(text), "{}{}", i == 0 ? "" : i + 1 < names.size() ? ", " : " and ", names[i]);
  return text;
}

// "better than doing nothing, but not as if retrained"; where it is further away in something, in what.
std::string between(const ComparisonReport& report, const ComparisonSummary& summary, const MethodSummary& method) {
  std::vector<std::string_view> nearer;
  std::vector<std::string_view> further;
  for (const Gain& gain : gains_of(summary, method)) {
    if (gain.nearer) nearer.push_back(gain.name);
    if (gain.further) further.push_back(gain.name);
  }
  if (canary_gains(report, summary, method)) nearer.emplace_back("the canary");
  if (further.empty()) return "better than doing nothing, but not as if retrained";
  return fmt::format("better than doing nothing in {}, but worse in {}", listed(nearer), listed(further));
}

// What a decision maker has to know besides: accuracy lost, and work that exact forgetting would not have cost.
std::string price(const ComparisonSummary& summary, const MethodSummary& method) {
  std::string text;
  const bool of_constituents = method.mean.constituent_accuracy.test.has_value();
  const auto accuracy = [&](const MethodNumbers& numbers) {
    return of_constituents ? numbers.constituent_accuracy.test : numbers.accuracy.test;
  };
  const auto& floor = of_constituents ? summary.order.constituent_effectiveness : summary.order.effectiveness;
  const auto own = accuracy(method.mean);
  const auto reference = accuracy(summary.reference.mean);
  if (own && reference && *reference - *own > std::max(kLeastLoss, floor ? floor->most : 0))
    fmt::format_to(std::back_inserter(text), "; it costs {:.1f} points of accuracy on the test set",
                   100 * (*reference - *own));
  if (method.speedup_over_exact.sample_gradients && *method.speedup_over_exact.sample_gradients <= 1)
    text += "; `exact` leaves nothing and is no more work";
  return text;
}

/// Whether lying within the floor tells a method that forgets from one that does not: doing nothing must not lie there
/// too, unless a canary shows the difference.
bool floor_tells(const ComparisonReport& report, const ComparisonSummary& summary, const MethodSummary& method) {
  return closed(report, method) || !within_floor(summary, summary.identity->distances);
}

std::string words(const ComparisonReport& report, const ComparisonSummary& summary, const MethodSummary& method,
                  const MethodVerdict& verdict) {
  const std::string& name = method.method->name;
  if (!method.method->warning.empty()) return fmt::format("{}: not to be believed: {}", name, method.method->warning);
  if (is_reference(report, method))
    return fmt::format("{}: the reference: everything is trained from scratch without the samples", name);
  if (name == kDoingNothing)
    return fmt::format("{}: nothing is done, and the samples are still in the model{}", name,
                       verdict.within_floor && !closed(report, method)
                           ? "; the distances can't tell it from a retrained one, so they say little of any method here"
                           : "");
  if (is_exact(method))
    return method.mean.distances.theta
               ? fmt::format("{}: the same bits as retraining, {}", name, work_words(method))
               : fmt::format(
                     "{}: trained from scratch without the samples, so that nothing of them is left, {}; it is "
                     "another model, which has no distance to the retrained one",
                     name, work_words(method));
  if (!is_finite(method)) return fmt::format("{}: of no use here: its parameters have overflowed", name);
  if (method.method->guarantee == "exact")
    return fmt::format("{}: not exact, though it says so: its result is not the retrained model", name);
  if (same_bits(method))
    return fmt::format("{}: the same bits as retraining, this time, {}{}", name, work_words(method),
                       price(summary, method));
  if (!summary.identity) return fmt::format("{}: can't be judged, for doing nothing is not in the table", name);
  if (!verdict.better_than_nothing)
    return fmt::format("{} is no better than doing nothing here: {}; {}{}", name, remains(report, summary, method),
                       work_words(method), price(summary, method));
  const std::string certified = method.method->guarantee == "certified" ? ", certified" : "";
  if (verdict.within_floor && !floor_tells(report, summary, method))
    return fmt::format(
        "{} lies within the floor, as doing nothing does: nearer, but these measures can't tell whether it forgets; "
        "{}{}",
        name, work_words(method), price(summary, method));
  if (verdict.within_floor && canary_forgotten(report, method))
    return fmt::format("{} forgets as far as these measures can tell (within the floor{}) {}{}", name, certified,
                       work_words(method), price(summary, method));
  if (verdict.within_floor)
    return fmt::format("{} lies within the floor, but the canary is still there: {}; {}{}", name,
                       remains(report, summary, method), work_words(method), price(summary, method));
  return fmt::format("{} is {}: {}; {}{}{}", name, between(report, summary, method), remains(report, summary, method),
                     work_words(method), certified, price(summary, method));
}

double cost(const MethodSummary& method) {
  return method.mean.sample_gradients.value_or(0);
}

// What a method leaves of what doing nothing leaves, over all that was measured; the less the better.
double left(const ComparisonReport& report, const ComparisonSummary& summary, const MethodSummary& method) {
  double sum = 0;
  double count = 0;
  for (const Gain& gain : gains_of(summary, method)) {
    sum += gain.share;
    ++count;
  }
  if (const auto share = closed(report, method)) {
    sum += 1 - *share;
    ++count;
  }
  return count == 0 ? 1 : sum / count;
}

struct Approximate {
  const MethodSummary* method;
  MethodVerdict verdict;
  bool forgets;
  double left;
};

// Those that forget before those that don't; of the first the cheapest, of the others the one that leaves least.
bool better(const Approximate& a, const Approximate& b) {
  if (a.forgets != b.forgets) return a.forgets;
  if (!a.forgets && a.left != b.left) return a.left < b.left;
  return cost(*a.method) < cost(*b.method);
}

std::string exact_words(const ComparisonReport& report, const ComparisonSummary& summary) {
  const MethodSummary* cheapest = &summary.reference;
  for (const MethodSummary& method : summary.methods)
    if (is_exact(method) && cost(method) < cost(*cheapest)) cheapest = &method;
  if (is_reference(report, *cheapest)) return "Of what was compared, nothing that is exact is cheaper than retraining.";
  return fmt::format("The cheapest exact way is {}, {}.", cheapest->method->name, work_words(*cheapest));
}

std::string approximate_words(const ComparisonReport& report, const ComparisonSummary& summary) {
  std::vector<Approximate> useful;
  std::size_t compared = 0;
  for (const MethodSummary& method : summary.methods) {
    if (!is_approximate(method)) continue;
    ++compared;
    const MethodVerdict verdict = verdict_of(report, summary, method);
    if (!verdict.better_than_nothing || !is_finite(method)) continue;
    useful.push_back(
        {.method = &method,
         .verdict = verdict,
         .forgets = verdict.within_floor && floor_tells(report, summary, method) && canary_forgotten(report, method),
         .left = left(report, summary, method)});
  }
  if (compared == 0) return "No approximate method was compared.";
  if (!summary.identity) return "The approximate methods can't be judged, for doing nothing is not in the table.";
  if (useful.empty()) return "None of the approximate methods is better than doing nothing here.";
  const Approximate& best = *std::min_element(useful.begin(), useful.end(), better);
  return fmt::format("{}: {}.", compared == 1 ? "The approximate method" : "The best of the approximate methods",
                     best.verdict.text);
}

}  // namespace

MethodVerdict verdict_of(const ComparisonReport& report, const ComparisonSummary& summary,
                         const MethodSummary& method) {
  const std::vector<Gain> gains = gains_of(summary, method);
  MethodVerdict verdict;
  const bool nearer = std::any_of(gains.begin(), gains.end(), [](const Gain& gain) { return gain.nearer; });
  verdict.better_than_nothing =
      method.method->name != kDoingNothing &&
      (is_exact(method) || (summary.identity && (nearer || canary_gains(report, summary, method))));
  verdict.within_floor = within_floor(summary, method.mean.distances);
  verdict.text = words(report, summary, method, verdict);
  return verdict;
}

std::string verdict_of(const ComparisonReport& report, const ComparisonSummary& summary) {
  std::string text = exact_words(report, summary) + " " + approximate_words(report, summary);
  if (summary.identity && within_floor(summary, summary.identity->distances) &&
      !(report.canary && report.canary->measurable))
    text +=
        " Doing nothing already lies within the floor: with so little forgotten, these measures can't tell forgetting "
        "from remembering.";
  return text;
}

MethodVerdict verdict_of(const ComparisonReport& report, const MethodReport& method) {
  const ComparisonSummary summary = summary_of(report);
  return verdict_of(report, summary, summary_of(report, summary, method));
}

std::string verdict_of(const ComparisonReport& report) {
  return verdict_of(report, summary_of(report));
}

}  // namespace expunge
