// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/coordinator/pass_outcome.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "shards/journal/approximations.hpp"
#include "shards/policy/cost_model.hpp"

namespace expunge {

namespace {

std::vector<std::pair<ShardId, SliceId>> first_slices(const Impact& impact) {
  return {impact.begin(), impact.end()};
}

RequestStatus status_of(const ResolvedRequest& request, bool finished) {
  using Status = ResolvedRequest::Status;
  switch (request.status) {
    case Status::kToDelete:
      if (!finished) return RequestStatus::kFailed;
      return request.accepted.unknown > 0 ? RequestStatus::kPartial : RequestStatus::kCompleted;
    case Status::kAlreadyAbsent:
    case Status::kRepeated:
      return RequestStatus::kAlreadyAbsent;
    case Status::kUnknown:
      return RequestStatus::kUnknownSample;
  }
  return RequestStatus::kFailed;
}

/// Of what the shards that a request touches serve now; where nobody knows which those were, of all.
std::string guarantee_of(const ResolvedRequest& request, const std::vector<ShardRecord>& shards) {
  std::string guarantee = "exact";
  for (const auto& cell : request.accepted.cells)
    guarantee = weaker(guarantee, guarantee_of(shards.at(cell.cell.shard.value())));
  if (request.accepted.cells.empty())
    for (const auto& shard : shards) guarantee = weaker(guarantee, guarantee_of(shard));
  return guarantee;
}

/// By which method the batch is forgotten that a request was accepted with, now or before.
std::string method_of(const ResolvedRequest& request, const Coordinator& coordinator) {
  if (request.status == ResolvedRequest::Status::kRepeated)
    for (const auto& line : coordinator.records().journal.lines())
      if (const auto* batch = std::get_if<BatchAccepted>(&line.entry))
        for (const auto& one : batch->requests)
          if (one.id == request.accepted.id && one.requested_by == request.accepted.requested_by) return batch->method;
  return coordinator.method().text;
}

/// Live samples that the retrained stages saw, each once.
std::uint64_t samples_retrained(const Recovery& recovery, const CellCounts& live, bool cumulative) {
  std::uint64_t samples = 0;
  for (const auto& shard : recovery.plan.shards) {
    std::uint64_t stages = shard.stages;
    for (const auto& record : recovery.approximate)
      if (record.shard == shard.shard) stages = retrained_of(record, shard.first).stages;
    const auto& slices = live.at(shard.shard.value());
    if (stages == 0) continue;
    for (std::uint32_t r = cumulative ? 1 : shard.first.value(); r < shard.first.value() + stages; ++r)
      samples += slices.at(r - 1);
  }
  return samples;
}

}  // namespace

double pass_seconds(const Acceptance& acceptance, const Forgetting& forgetting, const Recovery& recovery) {
  return acceptance.validate_seconds + acceptance.journal_seconds + acceptance.reload_seconds + forgetting.seconds +
         forgetting.reload_seconds + recovery.plan_seconds + recovery.retrain_seconds + recovery.publish_seconds +
         recovery.erase_seconds + recovery.reload_seconds;
}

void add_pass(ReplayOutcome& outcome, const Coordinator& coordinator, const Acceptance& acceptance,
              const Forgetting& forgetting, const Recovery& recovery, std::uint64_t live_before, int ranks,
              const PassTimes& times) {
  const auto& records = coordinator.records();
  const auto& c = records.manifest.configuration;
  const bool finished = !recovery.stopped && !recovery.batches.empty();
  Impact impact;
  std::uint64_t deleted = 0;
  for (const auto& request : acceptance.requests) {
    const bool deletes = request.status == ResolvedRequest::Status::kToDelete;
    Impact of_request;
    if (deletes) add_impact(of_request, request.accepted.cells);
    if (deletes) add_impact(impact, request.accepted.cells);
    deleted += deletes ? request.accepted.deleted() : 0;
    RequestOutcome one;
    one.request_id = request.request.id;
    if (!request.request.requested_by.empty())
      one.requester_reference = records.history.requester_reference(request.request.requested_by);
    one.status = status_of(request, finished);
    one.received_at = request.request.received_at;
    one.started_at = times.started;
    if (!deletes || finished) one.completed_at = times.completed;
    one.due_at = request.request.due();
    one.method = method_of(request, coordinator);
    one.guarantee = deletes && !finished && !is_exact_method(one.method) ? "" : guarantee_of(request, records.shards);
    one.n_requested = request.accepted.requested;
    one.n_deleted = deletes ? request.accepted.deleted() : 0;
    one.first_slices = first_slices(of_request);
    if (deletes) one.batch = acceptance.batch;
    outcome.requests.push_back(std::move(one));
  }
  if (acceptance.batch == 0 && recovery.batches.empty()) return;

  const TrainingWork& work = recovery.jobs.work;
  const CellCounts live = coordinator.live();
  BatchOutcome batch;
  batch.batch = acceptance.batch != 0 ? acceptance.batch : recovery.batches.back();
  batch.triggered_at = times.triggered;
  batch.started_at = times.started;
  if (finished) batch.completed_at = times.completed;
  batch.requests = acceptance.requests.size();
  batch.n_deleted = deleted;
  batch.method = recovery.batches.empty() ? coordinator.method().text : recovery.methods;
  batch.guarantee = finished || is_exact_method(batch.method) ? recovery.guarantee : "";
  batch.first_slices = first_slices(impact);
  batch.stages_retrained = finished ? recovery.stages : recovery.plan.stages;
  batch.samples_retrained = samples_retrained(recovery, live, c.slicing == Slicing::kCumulative);
  batch.sample_gradients = work.sample_gradients;
  batch.forward_passes = work.forward_passes;
  batch.hessian_vector_products = work.hessian_vector_products;
  batch.files_kept = files_kept(recovery.files);
  batch.wall_seconds = pass_seconds(acceptance, forgetting, recovery);
  batch.process_seconds = work.train_seconds + work.checkpoint_seconds + work.load_seconds;
  batch.phases.planning = acceptance.validate_seconds + acceptance.journal_seconds + acceptance.reload_seconds +
                          forgetting.reload_seconds + recovery.plan_seconds + recovery.reload_seconds;
  batch.phases.training = work.train_seconds;
  batch.phases.checkpointing = work.checkpoint_seconds;
  batch.phases.publishing = recovery.publish_seconds;
  batch.phases.erasing = recovery.erase_seconds + forgetting.seconds;
  batch.idle_seconds = std::max(0.0, ranks * recovery.retrain_seconds - *batch.process_seconds);
  batch.bytes_read = work.bytes_read;
  batch.bytes_written = work.bytes_written;
  batch.peak_memory_bytes = work.peak_resident_bytes;
  batch.ranks = static_cast<std::uint64_t>(ranks);
  batch.baseline_sample_gradients = plan_unlearning(c, live, {}).full_retrain;
  if (work.train_seconds > 0 && work.sample_gradients > 0)
    batch.baseline_seconds = static_cast<double>(*batch.baseline_sample_gradients) * work.train_seconds /
                             static_cast<double>(work.sample_gradients) / ranks;
  // The formula knows placement by id alone: a subject takes as many samples as it has from one cell.
  if (!c.placed_by_subject && deleted > 0)
    batch.predicted_sample_gradients = expected_batch_cost({.samples = static_cast<double>(live_before),
                                                            .shards = c.shards,
                                                            .slices = c.slices,
                                                            .epochs = static_cast<double>(c.epoch_millionths) * 1e-6,
                                                            .cumulative = c.slicing == Slicing::kCumulative},
                                                           deleted);
  outcome.batches.push_back(std::move(batch));
}

void require_outcome_place(const std::filesystem::path& path) {
  std::error_code unknown;
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  if (!std::filesystem::is_directory(folder, unknown))
    throw Failure(fmt::format("--out {}: there is no folder {}; make it first", path.string(), folder.string()));
  if (std::filesystem::is_directory(path, unknown))
    throw Failure(fmt::format("--out {}: it is a folder; give a file's name", path.string()));
}

void write_outcome(const std::filesystem::path& path, const ReplayOutcome& outcome) {
  publish(system_files(), path, bytes_of(to_json_text(outcome)));
}

}  // namespace expunge
