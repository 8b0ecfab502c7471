// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "framework/core/error.hpp"
#include "shards/policy/policy.hpp"

namespace expunge {

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
