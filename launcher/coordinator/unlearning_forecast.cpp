// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/coordinator/unlearning_forecast.hpp"

#include <algorithm>
#include <map>
#include <system_error>
#include <utility>

#include "launcher/training/state_size.hpp"
#include "shards/checkpoint/generation.hpp"

namespace expunge {

namespace {

/// The slices of one shard that something new touches.
struct Touched {
  SliceId first;
  SliceId last;
};

class Forecast {
 public:
  Forecast(const Coordinator& coordinator, bool heal)
      : coordinator_(coordinator),
        records_(coordinator.records()),
        slices_(records_.manifest.configuration.slices),
        heal_(heal),
        pending_(coordinator.pending()),
        live_(coordinator.live()) {
    for (const auto& [shard, asked] : pending_) methods_[shard] = asked.method.entry;
    for (const auto& shard : coordinator.plan_pending().shards)
      (shard.stages > 0 ? retrained_ : by_catalogue_).emplace(shard.shard, shard.first);
  }

  UnlearningForecast of(std::vector<ResolvedRequest> requests, int ranks) {
    forecast_.run = coordinator_.directory().path().string();
    forecast_.ranks = ranks;
    forecast_.method = heal_ ? "heal" : coordinator_.method().text;
    for (const auto& [shard, touched] : heal_ ? approximate() : touched_by(requests)) add(shard, touched);
    const auto& c = records_.manifest.configuration;
    forecast_.plan = plan_unlearning(c, live_, retrained_);
    add_catalogue(forecast_.plan, by_catalogue_);
    std::uint64_t extra = by_catalogue_.size();  // the state that is served then
    for (const auto& [shard, method] : methods_) extra += method->needs.older_stages ? 1 : 0;  // an offset
    forecast_.bytes_written = (forecast_.plan.stages + extra) * state_bytes(c);
    forecast_.bound = bound();
    forecast_.speed = training_speed(records_.shards);
    forecast_.requests = std::move(requests);
    return std::move(forecast_);
  }

 private:
  std::map<ShardId, Touched> touched_by(const std::vector<ResolvedRequest>& requests) {
    std::map<ShardId, Touched> touched;
    for (const auto& request : requests) {
      if (request.status != ResolvedRequest::Status::kToDelete) continue;
      for (const auto& cell : request.accepted.cells) {
        const auto [shard, slice] = cell.cell;
        auto& of_shard = touched.try_emplace(shard, Touched{slice, slice}).first->second;
        of_shard.first = std::min(of_shard.first, slice);
        of_shard.last = std::max(of_shard.last, slice);
        live_[shard.value()][slice.value() - 1] -= cell.samples();
      }
    }
    return touched;
  }

  [[nodiscard]] std::map<ShardId, Touched> approximate() const {
    std::map<ShardId, Touched> touched;
    for (const auto& record : records_.shards) {
      const SliceId first(static_cast<std::uint32_t>(record.slices.size()) + 1);
      if (record.approximation) touched.emplace(record.shard, Touched{first, first});
    }
    return touched;
  }

  /// A shard that was never trained to its end is now, and exactly.
  [[nodiscard]] const MethodEntry& method_for(ShardId shard, const ShardRecord& current) const {
    const auto found = pending_.find(shard);
    const bool is_promised = found != pending_.end() && found->second.replaced && found->second.method.is_exact();
    const bool is_exact = heal_ || is_promised || current.served_stage() < slices_;
    return *(is_exact ? UnlearningMethod{} : coordinator_.method()).entry;
  }

  void add(ShardId shard, const Touched& touched) {
    const auto run = coordinator_.directory().path();
    const Generations generations = read_generations(run, shard);
    const MethodEntry& method = method_for(shard, generations.current);
    methods_[shard] = &method;
    SliceId first = touched.first;
    for (const auto* planned : {&retrained_, &by_catalogue_})
      if (const auto found = planned->find(shard); found != planned->end()) first = std::min(first, found->second);
    if (method.is_exact()) {
      const std::uint32_t kept = records_.history.untainted_stages(generations.best(records_.history));
      first = std::min(first, SliceId(kept + 1));
    }
    retrained_.erase(shard);
    by_catalogue_.erase(shard);
    (method.bound == CostBound::kAtLeast ? by_catalogue_ : retrained_).emplace(shard, first);

    const auto folder = shard_folder(run, shard);
    for (auto& file : newly_superseded(run, generations, records_.history, touched.first)) {
      std::error_code unreadable;
      if (const auto bytes = std::filesystem::file_size(folder / file.name, unreadable); !unreadable)
        forecast_.bytes_erased += bytes;
      const bool may_be_kept = method.needs.older_stages && file.stage > touched.last && file.stage.value() < slices_;
      if (may_be_kept) forecast_.kept_at_most.push_back(file);
      forecast_.superseded.push_back(std::move(file));
    }
  }

  /// How the cost of the plan is to be read.
  [[nodiscard]] CostBound bound() const {
    if (!by_catalogue_.empty()) return CostBound::kAtLeast;
    const auto may_stop = [&](const auto& shard) { return methods_.at(shard.first)->bound == CostBound::kAtMost; };
    return std::ranges::any_of(retrained_, may_stop) ? CostBound::kAtMost : CostBound::kExact;
  }

  const Coordinator& coordinator_;
  const RunRecords& records_;
  std::uint32_t slices_;
  bool heal_;
  PendingWork pending_;
  CellCounts live_;
  std::map<ShardId, const MethodEntry*> methods_;
  Impact retrained_;     // from which slice, at most
  Impact by_catalogue_;  // from which slice touched
  UnlearningForecast forecast_;
};

}  // namespace

UnlearningForecast forecast_of(const Coordinator& coordinator, std::vector<ResolvedRequest> requests, bool heal,
                               int ranks) {
  return Forecast(coordinator, heal).of(std::move(requests), ranks);
}

}  // namespace expunge
