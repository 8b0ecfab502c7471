// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/policy/outcome.hpp"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "framework/core/error.hpp"

namespace expunge {

namespace {

using nlohmann::ordered_json;
using Count = std::optional<std::uint64_t>;
using Real = std::optional<double>;

ordered_json or_null(Count value) {
  return value ? ordered_json(*value) : ordered_json();
}
ordered_json or_null(Real value) {
  return value && std::isfinite(*value) ? ordered_json(*value) : ordered_json();
}
ordered_json or_null(std::optional<bool> value) {
  return value ? ordered_json(*value) : ordered_json();
}
ordered_json or_null(std::optional<Moment> value) {
  return value ? ordered_json(to_text(*value)) : ordered_json();
}
ordered_json or_null(const std::string& text) {
  return text.empty() ? ordered_json() : ordered_json(text);
}

Real real(Count value) {
  return value ? Real(static_cast<double>(*value)) : std::nullopt;
}

ordered_json shards_json(const std::vector<std::pair<ShardId, SliceId>>& first_slices) {
  ordered_json list = ordered_json::array();
  for (const auto& [shard, slice] : first_slices)
    list.push_back({{"shard", shard.value()}, {"first_slice", slice.value()}});
  return list;
}

ordered_json request_json(const RequestOutcome& request) {
  return {{"request_id", request.request_id},
          {"requester_reference", or_null(request.requester_reference)},
          {"status", status_name(request.status)},
          {"received_at", or_null(request.received_at)},
          {"started_at", or_null(request.started_at)},
          {"completed_at", or_null(request.completed_at)},
          {"due_at", or_null(request.due_at)},
          {"met_deadline", or_null(request.met_deadline())},
          {"waiting_seconds", or_null(request.waiting_seconds())},
          {"n_requested", request.n_requested},
          {"n_deleted", request.n_deleted},
          {"shards", shards_json(request.first_slices)},
          {"batch_id", or_null(request.batch)},
          {"method", or_null(request.method)},
          {"guarantee", or_null(request.guarantee)}};
}

/// What batches and their sum say of cost alike.
struct Cost {
  Count sample_gradients;
  Count baseline_sample_gradients;
  Real predicted_sample_gradients;
  Real wall_seconds;
  Real baseline_seconds;
  bool baseline_measured = false;
};

void add_cost(ordered_json& json, const Cost& cost) {
  const Real in_seconds = speedup(cost.baseline_seconds, cost.wall_seconds);
  json["sample_gradients"] = or_null(cost.sample_gradients);
  json["predicted_sample_gradients"] = or_null(cost.predicted_sample_gradients);
  json["baseline_sample_gradients"] = or_null(cost.baseline_sample_gradients);
  json["baseline_measured"] = cost.baseline_measured;
  json["baseline_seconds"] = or_null(cost.baseline_measured ? cost.baseline_seconds : std::nullopt);
  json["baseline_seconds_predicted"] = or_null(cost.baseline_measured ? std::nullopt : cost.baseline_seconds);
  json["speedup_sample_gradients"] =
      or_null(speedup(real(cost.baseline_sample_gradients), real(cost.sample_gradients)));
  json["speedup_seconds"] = or_null(cost.baseline_measured ? in_seconds : std::nullopt);
  json["speedup_seconds_predicted"] = or_null(cost.baseline_measured ? std::nullopt : in_seconds);
  json["wall_seconds"] = or_null(cost.wall_seconds);
}

ordered_json phases_json(const PhaseSeconds& phases) {
  return {{"planning", or_null(phases.planning)},     {"restoring", or_null(phases.restoring)},
          {"training", or_null(phases.training)},     {"checkpointing", or_null(phases.checkpointing)},
          {"publishing", or_null(phases.publishing)}, {"erasing", or_null(phases.erasing)}};
}

ordered_json batch_json(const BatchOutcome& batch) {
  ordered_json json = {{"batch_id", batch.batch},
                       {"triggered_at", or_null(batch.triggered_at)},
                       {"started_at", or_null(batch.started_at)},
                       {"completed_at", or_null(batch.completed_at)},
                       {"requests", batch.requests},
                       {"n_deleted", batch.n_deleted},
                       {"method", or_null(batch.method)},
                       {"guarantee", or_null(batch.guarantee)},
                       {"shards", shards_json(batch.first_slices)},
                       {"stages_retrained", batch.stages_retrained},
                       {"samples_retrained", batch.samples_retrained},
                       {"optimizer_steps", or_null(batch.optimizer_steps)}};
  add_cost(json, {batch.sample_gradients, batch.baseline_sample_gradients, batch.predicted_sample_gradients,
                  batch.wall_seconds, batch.baseline_seconds, batch.baseline_measured});
  json["forward_passes"] = batch.forward_passes;
  json["hessian_vector_products"] = batch.hessian_vector_products;
  json["files_kept"] = batch.files_kept;
  json["process_seconds"] = or_null(batch.process_seconds);
  json["phase_seconds"] = phases_json(batch.phases);
  json["idle_seconds"] = or_null(batch.idle_seconds);
  json["bytes_read"] = or_null(batch.bytes_read);
  json["bytes_written"] = or_null(batch.bytes_written);
  json["peak_memory_bytes"] = or_null(batch.peak_memory_bytes);
  json["ranks"] = or_null(batch.ranks);
  return json;
}

/// The sum over all batches; nothing where one of them does not know.
template <class Value>
std::optional<Value> sum(const std::vector<BatchOutcome>& batches, std::optional<Value> BatchOutcome::*field) {
  Value total = 0;
  for (const BatchOutcome& batch : batches) {
    if (!(batch.*field)) return std::nullopt;
    total += *(batch.*field);
  }
  return total;
}

ordered_json waiting_json(const std::vector<RequestOutcome>& requests) {
  std::uint64_t known = 0;
  double total = 0;
  double longest = 0;
  for (const RequestOutcome& request : requests) {
    const Real seconds = request.waiting_seconds();
    if (!seconds) continue;
    ++known;
    total += *seconds;
    longest = std::max(longest, *seconds);
  }
  const auto if_known = [known](double value) { return or_null(known == 0 ? Real() : Real(value)); };
  return {{"requests", known},
          {"total", if_known(total)},
          {"mean", if_known(total / static_cast<double>(std::max<std::uint64_t>(known, 1)))},
          {"longest", if_known(longest)}};
}

ordered_json deadlines_json(const std::vector<RequestOutcome>& requests) {
  std::uint64_t met = 0;
  std::uint64_t missed = 0;
  for (const RequestOutcome& request : requests) {
    const auto in_time = request.met_deadline();
    if (in_time) ++(*in_time ? met : missed);
  }
  return {{"met", met}, {"missed", missed}, {"unknown", requests.size() - met - missed}};
}

ordered_json total_json(const ReplayOutcome& outcome) {
  const auto& batches = outcome.batches;
  ordered_json json = {{"requests", outcome.requests.size()}, {"batches", batches.size()}};
  std::uint64_t deleted = 0;
  for (const RequestOutcome& request : outcome.requests) deleted += request.n_deleted;
  json["n_deleted"] = deleted;
  Cost cost;
  cost.sample_gradients = 0;
  for (const BatchOutcome& batch : batches) *cost.sample_gradients += batch.sample_gradients;
  cost.baseline_sample_gradients = sum(batches, &BatchOutcome::baseline_sample_gradients);
  cost.predicted_sample_gradients = sum(batches, &BatchOutcome::predicted_sample_gradients);
  cost.wall_seconds = sum(batches, &BatchOutcome::wall_seconds);
  cost.baseline_seconds = sum(batches, &BatchOutcome::baseline_seconds);
  // One predicted baseline makes the sum a prediction.
  cost.baseline_measured = !batches.empty() && std::all_of(batches.begin(), batches.end(),
                                                           [](const auto& batch) { return batch.baseline_measured; });
  add_cost(json, cost);
  json["process_seconds"] = or_null(sum(batches, &BatchOutcome::process_seconds));
  json["waiting_seconds"] = waiting_json(outcome.requests);
  json["deadlines"] = deadlines_json(outcome.requests);
  return json;
}

}  // namespace

std::string_view status_name(RequestStatus status) {
  switch (status) {
    case RequestStatus::kCompleted:
      return "completed";
    case RequestStatus::kPartial:
      return "partial";
    case RequestStatus::kRejected:
      return "rejected";
    case RequestStatus::kAlreadyAbsent:
      return "already_absent";
    case RequestStatus::kUnknownSample:
      return "unknown_sample";
    case RequestStatus::kFailed:
      return "failed";
  }
  throw Bug("a request of no status");
}

std::optional<bool> RequestOutcome::met_deadline() const {
  if (!due_at || !completed_at) return std::nullopt;
  return *completed_at <= *due_at;
}

std::optional<double> RequestOutcome::waiting_seconds() const {
  if (!received_at || !started_at || *started_at < *received_at) return std::nullopt;
  return static_cast<double>((*started_at - *received_at).count());
}

std::optional<double> speedup(std::optional<double> baseline, std::optional<double> cost) {
  if (!baseline || !cost || !(*baseline > 0) || !(*cost > 0)) return std::nullopt;
  const double ratio = *baseline / *cost;
  return std::isfinite(ratio) && ratio > 0 ? Real(ratio) : std::nullopt;
}

std::string to_json_text(const ReplayOutcome& outcome) {
  ordered_json json = {{"format", "expunge-outcome"}, {"version", 1}, {"policy", or_null(outcome.policy)}};
  json["requests"] = ordered_json::array();
  for (const RequestOutcome& request : outcome.requests) json["requests"].push_back(request_json(request));
  json["batches"] = ordered_json::array();
  for (const BatchOutcome& batch : outcome.batches) json["batches"].push_back(batch_json(batch));
  json["total"] = total_json(outcome);
  // A report is written even where a name in it is not UTF-8.
  return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace expunge
