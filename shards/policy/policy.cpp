// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/policy/policy.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "framework/config/nearest_name.hpp"
#include "framework/core/error.hpp"

namespace expunge {

namespace {

struct Unit {
  char letter;
  std::int64_t seconds;
};
constexpr std::array kUnits = {Unit{'d', 86'400}, Unit{'h', 3'600}, Unit{'m', 60}, Unit{'s', 1}};
// Ten thousand years: far beyond any clock that RFC 3339 can state, far below where sums of seconds overflow.
constexpr std::int64_t kLongestWindow = 3'652'500LL * 86'400;

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
  throw UsageError(fmt::format(
      "policy '{}': {}; policies are immediate, batch:N, window:T (90s, 15m, 24h, 7d), deadline and shards:K", text,
      why));
}

std::optional<std::int64_t> positive_integer(std::string_view text) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(text.data(), end, value);
  if (fault != std::errc() || stop != end || value < 1) return std::nullopt;
  return value;
}

std::optional<std::int64_t> window_seconds(std::string_view text) {
  for (const Unit& unit : kUnits) {
    if (text.empty() || text.back() != unit.letter) continue;
    const auto count = positive_integer(text.substr(0, text.size() - 1));
    if (count && *count <= kLongestWindow / unit.seconds) return *count * unit.seconds;
  }
  return std::nullopt;
}

// The longest unit that divides it, but 24h rather than 1d, as people say it.
std::string window_text(std::int64_t seconds) {
  for (const Unit& unit : kUnits)
    if (seconds % unit.seconds == 0 && seconds != (unit.letter == 'd' ? std::int64_t{86'400} : 0))
      return fmt::format("{}{}", seconds / unit.seconds, unit.letter);
  throw Bug("every number of seconds is whole in seconds");
}

}  // namespace

Policy Policy::parse(std::string_view text) {
  static const std::array<std::string, 5> kNames = {"immediate", "batch", "window", "deadline", "shards"};
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  const bool has_argument = colon != std::string_view::npos;
  const std::string_view argument = has_argument ? text.substr(colon + 1) : std::string_view();

  Policy policy;
  if (name == "immediate" || name == "deadline") {
    if (has_argument) refuse(text, fmt::format("{} takes nothing after it", name));
    policy.kind_ = name == "immediate" ? Kind::kImmediate : Kind::kDeadline;
  } else if (name == "batch" || name == "shards") {
    const auto count = positive_integer(argument);
    if (!count) refuse(text, fmt::format("{} needs a whole number of at least 1, such as {}:4", name, name));
    policy.kind_ = name == "batch" ? Kind::kBatch : Kind::kShards;
    policy.count_ = static_cast<std::uint64_t>(*count);
  } else if (name == "window") {
    const auto seconds = window_seconds(argument);
    if (!seconds) refuse(text, "window needs a whole number of at least 1 and a unit, such as window:24h");
    policy.kind_ = Kind::kWindow;
    policy.window_ = std::chrono::seconds(*seconds);
  } else {
    const std::string near = nearest_name(name, kNames);
    refuse(text, near.empty() ? "there is none of this name" : fmt::format("did you mean {}?", near));
  }
  return policy;
}

std::string Policy::text() const {
  switch (kind_) {
    case Kind::kImmediate:
      return "immediate";
    case Kind::kBatch:
      return fmt::format("batch:{}", count_);
    case Kind::kWindow:
      return "window:" + window_text(window_.count());
    case Kind::kDeadline:
      return "deadline";
    case Kind::kShards:
      return fmt::format("shards:{}", count_);
  }
  throw Bug("a policy of no kind");
}

namespace {

using Seconds = std::function<double(std::span<const std::size_t>)>;
constexpr double kNever = std::numeric_limits<double>::infinity();

/// Requests that have come and wait, and when the policy calls for them. Times are seconds since the first arrival:
/// whole ones are exact, and a span of millennia still resolves to less than a millisecond.
class Queue {
 public:
  Queue(const Policy& policy, std::span<const Arrival> arrivals, const Seconds& estimate)
      : policy_(policy), arrivals_(arrivals), estimate_(estimate), indices_(arrivals.size()) {
    std::iota(indices_.begin(), indices_.end(), std::size_t{0});
    double latest = 0;
    for (const Arrival& arrival : arrivals) {
      latest = std::max(latest, offset(arrival.at));
      times_.push_back(latest);
    }
  }

  [[nodiscard]] bool done() const { return first_ == arrivals_.size(); }
  [[nodiscard]] double next_time() const { return next_ < times_.size() ? times_[next_] : kNever; }
  /// When a batch of those waiting is called for, unless somebody comes before.
  [[nodiscard]] double call() const {
    if (first_ == next_) return kNever;
    return next_ < times_.size() ? call_ : std::min(call_, times_.back());
  }

  /// All that come at the next time.
  void admit() {
    const double now = next_time();
    const bool called = call_ < now;  // while a batch was running: it stays called
    for (; next_time() == now; ++next_) {
      const Arrival& arrival = arrivals_[next_];
      if (arrival.due) due_ = std::min(due_, offset(*arrival.due));
      shards_.insert(arrival.shards.begin(), arrival.shards.end());
    }
    if (!called) call_ = called_at(now);
  }

  /// What is worked off by a batch that starts now.
  [[nodiscard]] std::span<const std::size_t> take() {
    const auto taken = waiting().first(std::min(waiting().size(), most()));
    first_ += taken.size();
    // Under a policy with groups of a size, those left may be a group already.
    const bool called = waiting().size() >= most();
    call_ = called ? times_[first_ + most() - 1] : kNever;
    due_ = kNever;
    shards_.clear();
    return taken;
  }

  /// A time as it is reported: rounded down, but no whole second is lost to the last bit of a sum.
  [[nodiscard]] Moment moment(double time) const {
    constexpr double kMicrosecond = 1e-6;
    return arrivals_.front().at + std::chrono::seconds(static_cast<std::int64_t>(std::floor(time + kMicrosecond)));
  }

 private:
  [[nodiscard]] double offset(Moment at) const { return static_cast<double>((at - arrivals_.front().at).count()); }
  /// Requests in one batch.
  [[nodiscard]] std::size_t most() const {
    switch (policy_.kind()) {
      case Policy::Kind::kImmediate:
        return 1;
      case Policy::Kind::kBatch:
        return policy_.count();
      default:
        return std::numeric_limits<std::size_t>::max();
    }
  }
  // Nobody overtakes: they are neighbours in the list.
  [[nodiscard]] std::span<const std::size_t> waiting() const {
    return std::span(indices_).subspan(first_, next_ - first_);
  }

  [[nodiscard]] double called_at(double now) const {
    switch (policy_.kind()) {
      case Policy::Kind::kImmediate:
        return times_[first_];
      case Policy::Kind::kBatch:
        return waiting().size() >= policy_.count() ? now : kNever;
      case Policy::Kind::kWindow:
        return times_[first_] + static_cast<double>(policy_.window().count());
      case Policy::Kind::kDeadline:
        return latest_start(now);
      case Policy::Kind::kShards:
        return shards_.size() >= policy_.count() ? now : kNever;
    }
    throw Bug("a policy of no kind");
  }

  [[nodiscard]] double latest_start(double now) const {
    if (due_ == kNever) return kNever;
    const double seconds = estimate_(waiting());
    if (!(seconds >= 0)) throw Bug(fmt::format("a batch was estimated to take {} seconds", seconds));
    return std::max(now, due_ - seconds);
  }

  const Policy& policy_;
  std::span<const Arrival> arrivals_;
  const Seconds& estimate_;
  std::vector<std::size_t> indices_;
  std::vector<double> times_;
  std::size_t first_ = 0;  // of those waiting
  std::size_t next_ = 0;   // to come
  double call_ = kNever;
  double due_ = kNever;  // the earliest of those waiting
  std::set<ShardId> shards_;
};

}  // namespace

std::vector<ReplayedBatch> replay(const Policy& policy, std::span<const Arrival> arrivals, const Seconds& estimate,
                                  const Seconds& run) {
  std::vector<ReplayedBatch> batches;
  Queue queue(policy, arrivals, estimate);
  double free = 0;
  while (!queue.done()) {
    const double start = std::max(queue.call(), free);
    if (queue.next_time() <= start) {
      queue.admit();
      continue;
    }
    ReplayedBatch batch;
    batch.triggered = queue.moment(queue.call());
    batch.started = queue.moment(start);
    const auto taken = queue.take();
    batch.arrivals.assign(taken.begin(), taken.end());
    batch.seconds = run(taken);
    if (!(batch.seconds >= 0) || !std::isfinite(batch.seconds))
      throw Bug(fmt::format("a batch took {} seconds", batch.seconds));
    free = start + batch.seconds;
    batch.ended = queue.moment(free);
    batches.push_back(std::move(batch));
  }
  return batches;
}

}  // namespace expunge
