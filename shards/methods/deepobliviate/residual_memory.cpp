// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/methods/deepobliviate/residual_memory.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "framework/core/error.hpp"

namespace expunge {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kNotTested = "not tested";
constexpr std::string_view kFewPoints = "few points";
constexpr std::string_view kLastTouched = "last touched stage";
constexpr std::string_view kNoDecay = "no decay";
constexpr std::string_view kNoVariation = "no variation";
constexpr std::string_view kGrid = "grid";
constexpr std::string_view kDfa = "dfa";
constexpr std::string_view kUnchanged = "unchanged";
constexpr std::string_view kIdentity = "identity";

/// From so many points on there are two window sizes to analyse fluctuations with.
constexpr std::size_t kLeastForDfa = 16;

std::string_view name_of(SlopeUnit unit) {
  switch (unit) {
    case SlopeUnit::kNone:
      return "none";
    case SlopeUnit::kPerParameter:
      return "per-param";
    case SlopeUnit::kRelative:
      return "relative";
  }
  throw Bug("a unit of the slope that has no name");
}

bool is_tested(const ResidualPoint& point) {
  return point.rule == kFewPoints || point.rule == kNoDecay || point.rule == kNoVariation || point.rule == kGrid ||
         point.rule == kDfa;
}

}  // namespace

ResidualMemory::ResidualMemory(const StopRule& rule, std::uint64_t parameters) : rule_(rule), parameters_(parameters) {
  if (parameters_ == 0) throw Bug("a residual memory over no parameters");
}

const ResidualPoint& ResidualMemory::add(SliceId stage, double delta, bool may_stop) {
  series_.push_back(delta);
  may_stop_ = may_stop;
  ResidualPoint point;
  point.stage = stage;
  point.delta = delta;
  if (rule_.epsilon == 0) {
    point.rule = kNotTested;
  } else {
    judge(point);
    if (!may_stop)
      point.rule = kLastTouched;
    else if (point.rule == kGrid || point.rule == kDfa)
      point.stop = std::abs(*point.slope) < rule_.epsilon;
  }
  points_.push_back(std::move(point));
  return points_.back();
}

void ResidualMemory::add_identity(SliceId stage) {
  ResidualPoint point;
  point.stage = stage;
  point.rule = kIdentity;
  points_.push_back(std::move(point));
}

void ResidualMemory::set_unchanged() {
  if (points_.empty()) throw Bug("a residual memory without a stage can't have left it unchanged");
  points_.back().rule = kUnchanged;
  points_.back().stop = may_stop_;
}

std::vector<double> ResidualMemory::in_unit() const {
  double divisor = 1;
  if (rule_.unit == SlopeUnit::kPerParameter) divisor = static_cast<double>(parameters_);
  if (rule_.unit == SlopeUnit::kRelative) divisor = series_.front();
  std::vector<double> scaled;
  scaled.reserve(series_.size());
  for (const double delta : series_) scaled.push_back(delta / divisor);
  return scaled;
}

void ResidualMemory::judge(ResidualPoint& point) const {
  if (series_.size() < rule_.least_points) {
    point.rule = kFewPoints;
    return;
  }
  if (std::ranges::adjacent_find(series_, std::not_equal_to<>{}) == series_.end()) {
    point.rule = kNoVariation;
    return;
  }
  const bool few = series_.size() < kLeastForDfa;
  const auto series = in_unit();
  if (few) {
    point.fit = fit_power_law(series);
  } else if (std::ranges::all_of(series, [](double value) { return std::isfinite(value); })) {
    const auto exponent = fluctuation_exponent(series);
    if (!exponent) {  // some fluctuation is zero
      point.rule = kNoVariation;
      return;
    }
    point.fit = fit_power_law(series, *exponent);
  }
  if (point.fit) point.slope = point.fit->slope(static_cast<double>(series.size()));
  // One value that is small by chance is enough for a fit that falls: the last must at least lie below the first.
  const bool decays = point.slope && std::isfinite(*point.slope) && point.fit->a > 0 && point.fit->alpha > 0 &&
                      series.back() < series.front();
  if (decays)
    point.rule = few ? kGrid : kDfa;
  else
    point.rule = kNoDecay;
}

std::string ResidualMemory::why() const {
  if (points_.empty()) return "no stage was retrained";
  const ResidualPoint& last = points_.back();
  if (last.stop && last.rule == kUnchanged)
    return fmt::format("the state after stage {} is the stored one, bit for bit", last.stage.value());
  if (last.stop)
    return fmt::format(
        "after stage {} the fitted slope {:.4g} is smaller in size than epsilon {:g} (unit {}; alpha {:.4g} by {}, "
        "over "
        "{} stages)",
        last.stage.value(), *last.slope, rule_.epsilon, name_of(rule_.unit), last.fit->alpha, last.rule,
        series_.size());
  if (rule_.epsilon == 0) return "not stopped: epsilon is 0, so nothing was tested";
  const auto tested = std::ranges::count_if(points_, is_tested);
  if (tested == 0) return "not stopped: there was no stage at which it might have been";
  std::vector<std::string> reasons;
  const auto tell = [&](std::string_view reason, auto&& holds) {
    if (const auto count = std::ranges::count_if(points_, holds); count > 0)
      reasons.push_back(fmt::format("{} {}", count, reason));
  };
  const auto under = [](std::string_view rule) { return [rule](const ResidualPoint& p) { return p.rule == rule; }; };
  tell(fmt::format("came before there were {} points", rule_.least_points), under(kFewPoints));
  tell("had a residual memory that does not decay", under(kNoDecay));
  tell("had one that does not vary", under(kNoVariation));
  tell("had a slope not smaller in size than epsilon",
       [](const ResidualPoint& p) { return p.rule == kGrid || p.rule == kDfa; });
  return fmt::format("not stopped: of {} stages at which it might have been, {}", tested, fmt::join(reasons, ", "));
}

std::string ResidualMemory::to_json() const {
  Json json;
  json["rule"] = {{"epsilon", rule_.epsilon},
                  {"unit", name_of(rule_.unit)},
                  {"least_points", rule_.least_points},
                  {"parameters", parameters_}};
  json["points"] = Json::array();
  for (const ResidualPoint& point : points_) {
    Json told;
    told["stage"] = point.stage.value();
    told["delta"] = point.rule == kIdentity ? Json(nullptr) : Json(point.delta);
    told["fit"] = nullptr;
    if (point.fit) told["fit"] = {{"a", point.fit->a}, {"alpha", point.fit->alpha}, {"b", point.fit->b}};
    told["slope"] = point.slope ? Json(*point.slope) : Json(nullptr);
    told["stop"] = point.stop;
    told["rule"] = point.rule;
    json["points"].push_back(std::move(told));
  }
  const bool stopped = !points_.empty() && points_.back().stop;
  json["stopped_after"] = stopped ? Json(points_.back().stage.value()) : Json(nullptr);
  json["why"] = why();
  return json.dump();
}

}  // namespace expunge
