// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/coordinator/unlearning_report.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "launcher/process/byte_text.hpp"
#include "launcher/process/standard_output.hpp"
#include "launcher/run/approximation_report.hpp"
#include "shards/journal/approximations.hpp"

namespace expunge {

namespace {

using Json = nlohmann::ordered_json;

template <class Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json moment(const std::optional<Moment>& when) {
  return when ? Json(to_text(*when)) : Json(nullptr);
}

/// What a repeated request deleted, it deleted then.
std::uint64_t deleted(const ResolvedRequest& request) {
  return request.status == ResolvedRequest::Status::kToDelete ? request.accepted.deleted() : 0;
}

Json describe(const ResolvedRequest& request) {
  Impact impact;
  add_impact(impact, request.accepted.cells);
  Json cells = Json::array();
  for (const auto& [shard, first] : impact) cells.push_back({{"shard", shard.value()}, {"first_slice", first.value()}});
  return {{"request_id", request.request.id},
          {"status", status_text(request)},
          {"received_at", moment(request.request.received_at)},
          {"due_at", moment(request.request.due())},
          {"n_requested", request.accepted.requested},
          {"n_deleted", deleted(request)},
          {"n_already_absent", request.accepted.already_absent},
          {"n_unknown", request.accepted.unknown},
          {"shards", cells}};
}

Json describe(const UnlearningPlan& plan) {
  Json shards = Json::array();
  for (const auto& shard : plan.shards)
    shards.push_back({{"shard", shard.shard.value()},
                      {"first_stage", shard.first.value()},
                      {"stages", shard.stages},
                      {"sample_gradients", shard.sample_gradients}});
  return shards;
}

Json describe(const std::vector<FileFate>& files) {
  Json list = Json::array();
  for (const auto& file : files)
    list.push_back(
        {{"shard", file.shard.value()}, {"file", file.name}, {"digest", file.digest.hex()}, {"fate", file.fate}});
  return list;
}

Json describe(const std::vector<SupersededFile>& files) {
  Json list = Json::array();
  for (const auto& file : files)
    list.push_back({{"shard", file.shard.value()}, {"file", file.name}, {"digest", file.digest.hex()}});
  return list;
}

std::vector<FileFate> all_files(const UnlearningReport& report) {
  auto files = report.forgetting.files;
  files.insert(files.end(), report.recovery.files.begin(), report.recovery.files.end());
  return files;
}

std::int64_t erased(const std::vector<FileFate>& files) {
  return std::ranges::count(files, "erased", &FileFate::fate);
}

/// Of a retraining that was put down it is known what was planned.
std::uint64_t stages(const UnlearningReport& report) {
  const Recovery& recovery = report.recovery;
  return recovery.approximate.empty() ? recovery.plan.stages : recovery.stages;
}

std::uint64_t deleted(const UnlearningReport& report) {
  std::uint64_t count = 0;
  for (const auto& request : report.acceptance.requests) count += deleted(request);
  return count;
}

std::optional<double> speedup(std::uint64_t full, std::uint64_t cost) {
  if (cost == 0) return std::nullopt;
  return static_cast<double>(full) / static_cast<double>(cost);
}

std::string plural(std::uint64_t count, const std::string& what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

/// What an approximate method computed, as far as it did.
std::string computed(const TrainingWork& work) {
  std::string text = fmt::format("{} sample-gradients", work.sample_gradients);
  if (work.forward_passes > 0) text += fmt::format(", {} forward passes", work.forward_passes);
  if (work.hessian_vector_products > 0)
    text += fmt::format(", {} Hessian-vector products", work.hessian_vector_products);
  return text;
}

/// A reader must not take an approximation for the real thing.
std::string warning_of_approximation(const UnlearningReport& report) {
  if (report.recovery.approximate.empty()) return "";
  std::string text;
  for (const auto& record : report.recovery.approximate)
    text += fmt::format(
        "  shard {:<5} is APPROXIMATE, by {} (guarantee: {}): it is not what training without the samples gives\n",
        record.shard.value(), record.approximation->method, record.approximation->guarantee);
  if (const auto kept = files_kept(report.recovery.files); kept > 0)
    text += fmt::format("  kept {} that saw the samples, for the next approximation\n", plural(kept, "file"));
  return text + fmt::format("  to retrain exactly and erase what was kept: run 'expunge unlearn --run {} --heal'\n",
                            report.run);
}

/// The requests that are not simply worked off, a line each.
std::string exceptions(const std::vector<ResolvedRequest>& requests) {
  std::string text;
  for (const auto& request : requests) {
    const auto status = status_text(request);
    if (status == "completed") continue;
    text +=
        fmt::format("  request {}: {}, {}\n", request.request.id, status,
                    status == "repeated"         ? "it was accepted before"
                    : status == "already_absent" ? "all that it names was deleted before"
                    : status == "unknown_sample" ? "nothing that it names is in the data"
                                                 : fmt::format("{} of {} samples that it names are not in the data",
                                                               request.accepted.unknown, request.accepted.requested));
  }
  return text;
}

}  // namespace

std::string status_text(const ResolvedRequest& request) {
  using Status = ResolvedRequest::Status;
  switch (request.status) {
    case Status::kToDelete:
      return request.accepted.unknown > 0 ? "partial" : "completed";
    case Status::kAlreadyAbsent:
      return "already_absent";
    case Status::kUnknown:
      return "unknown_sample";
    case Status::kRepeated:
      return "repeated";
  }
  return "";
}

std::optional<double> UnlearningReport::seconds_to_forget() const {
  if (forgetting.batches.empty()) return std::nullopt;
  return acceptance.reload_seconds + forgetting.seconds;
}

std::optional<std::string> UnlearningReport::guarantee() const {
  const bool finished = !recovery.batches.empty() && !recovery.stopped;
  if (finished) return recovery.guarantee;
  return is_exact_method(method) ? std::optional<std::string>("exact") : std::nullopt;
}

std::optional<double> UnlearningReport::seconds_to_recover() const {
  if (recovery.batches.empty()) return std::nullopt;
  return recovery.plan_seconds + recovery.retrain_seconds + recovery.publish_seconds + recovery.erase_seconds;
}

std::optional<double> UnlearningReport::overhead() const {
  const TrainingWork& work = recovery.jobs.work;
  if (work.train_seconds <= 0) return std::nullopt;
  const double other = acceptance.validate_seconds + acceptance.journal_seconds + acceptance.reload_seconds +
                       forgetting.seconds + forgetting.reload_seconds + recovery.plan_seconds +
                       work.checkpoint_seconds + work.bookkeeping_seconds + recovery.publish_seconds +
                       recovery.erase_seconds + recovery.reload_seconds;
  return other / work.train_seconds;
}

std::string to_json_text(const UnlearningReport& report) {
  const TrainingWork& work = report.recovery.jobs.work;
  const auto files = all_files(report);
  Json approximate = Json::array();
  for (const auto& record : report.recovery.approximate) {
    Json shard{{"shard", record.shard.value()}};
    shard.update(approximation_json(record));
    approximate.push_back(std::move(shard));
  }
  Json outcomes = Json::array();
  for (const auto& request : report.acceptance.requests) {
    outcomes.push_back(describe(request));
    // What is promised is not yet done.
    if (report.recovery.batches.empty() || report.recovery.stopped)
      if (request.status == ResolvedRequest::Status::kToDelete)
        outcomes.back()["status"] = report.forgetting.batches.empty() ? "accepted" : "forgotten";
  }
  const Json json{{"run", report.run},
                  {"method", report.method},
                  {"guarantee", or_null(report.guarantee())},
                  {"complete", report.pending == 0},
                  {"batch", report.acceptance.batch == 0 ? Json(nullptr) : Json(report.acceptance.batch)},
                  {"batches_completed", report.recovery.stopped ? Json::array() : Json(report.recovery.batches)},
                  {"batches_pending", report.pending},
                  {"ranks", report.ranks},
                  {"requests", report.requests},
                  {"samples_deleted", deleted(report)},
                  {"samples_live", report.live},
                  {"shards_rolled_back", report.forgetting.shards.size()},
                  {"shards_retrained", report.recovery.plan.shards.size()},
                  {"stages_retrained", stages(report)},
                  {"sample_gradients", work.sample_gradients},
                  {"forward_passes", work.forward_passes},
                  {"hessian_vector_products", work.hessian_vector_products},
                  {"sample_gradients_full_retrain", report.full_retrain},
                  {"speedup", or_null(speedup(report.full_retrain, work.sample_gradients))},
                  {"seconds", report.wall_seconds},
                  {"seconds_to_forget", or_null(report.seconds_to_forget())},
                  {"seconds_to_recover", or_null(report.seconds_to_recover())},
                  {"overhead", or_null(report.overhead())},
                  {"phase_seconds",
                   {{"data_check", report.data_check_seconds},
                    {"read_removed", report.acceptance.read_seconds},
                    {"validate", report.acceptance.validate_seconds},
                    {"accept", report.acceptance.journal_seconds},
                    {"forget", report.forgetting.seconds},
                    {"plan", report.recovery.plan_seconds},
                    {"retrain", report.recovery.retrain_seconds},
                    {"publish", report.recovery.publish_seconds},
                    {"erase", report.recovery.erase_seconds},
                    {"reload", report.acceptance.reload_seconds + report.forgetting.reload_seconds +
                                   report.recovery.reload_seconds}}},
                  {"process_seconds",
                   {{"train", work.train_seconds},
                    {"checkpoint", work.checkpoint_seconds},
                    {"load", work.load_seconds},
                    {"bookkeeping", work.bookkeeping_seconds}}},
                  {"bytes_read", work.bytes_read},
                  {"bytes_written", work.bytes_written},
                  {"peak_resident_bytes", work.peak_resident_bytes},
                  {"files_erased", erased(files)},
                  {"files_kept", files_kept(files)},
                  {"files", describe(files)},
                  {"shards", describe(report.recovery.plan)},
                  {"approximate", approximate},
                  {"fallbacks", report.recovery.jobs.fallbacks},
                  {"stopped_by", report.recovery.stopped ? Json(report.recovery.jobs.stop_reason) : Json(nullptr)},
                  {"outcomes", outcomes}};
  return document_text(json);
}

std::string to_text(const UnlearningReport& report) {
  const TrainingWork& work = report.recovery.jobs.work;
  std::string text;
  if (report.method == "heal")
    text +=
        fmt::format("{}: {}\n", report.run,
                    report.acceptance.batch != 0 ? fmt::format("retraining exactly what is served approximately, as "
                                                               "batch {}",
                                                               report.acceptance.batch)
                    : report.recovery.batches.empty() ? "every shard is exact: there is nothing to heal"
                                                      : "going on with retraining exactly");
  else if (!report.acceptance.requests.empty())
    text += report.acceptance.batch == 0 ? fmt::format("{}: nothing new in {}, and nothing was accepted\n", report.run,
                                                       plural(report.requests, "request"))
                                         : fmt::format("{}: accepted {} as batch {}, {} to forget\n", report.run,
                                                       plural(report.requests, "request"), report.acceptance.batch,
                                                       plural(deleted(report), "sample"));
  else
    text += fmt::format("{}: {}\n", report.run,
                        report.recovery.batches.empty() && report.forgetting.batches.empty()
                            ? "nothing is left to work off"
                            : "going on with what was accepted");
  text += exceptions(report.acceptance.requests);
  if (const auto seconds = report.seconds_to_forget())
    text += fmt::format(
        "  forgotten in {:.3f} s: {} rolled back, {} erased; no checkpoint and no answer knows the samples\n", *seconds,
        plural(report.forgetting.shards.size(), "shard"),
        plural(static_cast<std::uint64_t>(erased(report.forgetting.files)), "file"));
  if (!report.recovery.batches.empty() && !report.recovery.stopped) {
    const bool only_others = stages(report) == 0 && !report.recovery.approximate.empty();
    text += fmt::format("  {}{}: {} in {:.1f} s on {}\n",
                        only_others ? "worked on " : fmt::format("retrained {} in ", plural(stages(report), "stage")),
                        plural(report.recovery.plan.shards.size(), "shard"), computed(work),
                        report.recovery.retrain_seconds, plural(static_cast<std::uint64_t>(report.ranks), "rank"));
    if (const auto times = speedup(report.full_retrain, work.sample_gradients))
      text += fmt::format("  training everything from scratch would have been {}: {:.1f} times as many\n",
                          report.full_retrain, *times);
    const auto count = static_cast<std::uint64_t>(erased(report.recovery.files));
    text += count == 0 ? std::string("  published\n")
                       : fmt::format("  published, and erased {} that had seen the samples\n", plural(count, "file"));
    for (const auto& fallback : report.recovery.jobs.fallbacks) text += fmt::format("  note: {}\n", fallback);
    text += warning_of_approximation(report);
  }
  for (const auto& file : all_files(report))
    if (file.fate != "erased" && file.fate != "absent" && file.fate != kKeptFate)
      text += fmt::format("  shards/{:04}/{}: {}\n", file.shard.value(), file.name, file.fate);
  if (report.pending > 0)
    text += fmt::format("  {}{} left to retrain: run 'expunge unlearn --run {} --recover'\n",
                        report.recovery.stopped ? fmt::format("stopped by {}: ", report.recovery.jobs.stop_reason) : "",
                        report.pending == 1 ? "1 batch" : fmt::format("{} batches", report.pending), report.run);
  return text;
}

std::string to_json_text(const UnlearningForecast& forecast) {
  Json outcomes = Json::array();
  for (const auto& request : forecast.requests) outcomes.push_back(describe(request));
  const Json json{{"dry_run", true},
                  {"run", forecast.run},
                  {"method", forecast.method},
                  {"bound", name_of(forecast.bound)},
                  {"requests", forecast.requests.size()},
                  {"ranks", forecast.ranks},
                  {"shards_to_retrain", forecast.plan.shards.size()},
                  {"stages_to_retrain", forecast.plan.stages},
                  {"sample_gradients", forecast.plan.sample_gradients},
                  {"sample_gradients_full_retrain", forecast.plan.full_retrain},
                  {"speedup", or_null(speedup(forecast.plan.full_retrain, forecast.plan.sample_gradients))},
                  {"predicted_seconds",
                   forecast.speed > 0 ? Json(forecast.plan.seconds(forecast.speed, forecast.ranks)) : Json(nullptr)},
                  {"bytes_written", forecast.bytes_written},
                  {"bytes_erased", forecast.bytes_erased},
                  {"files_to_erase", describe(forecast.superseded)},
                  {"files_kept_at_most", describe(forecast.kept_at_most)},
                  {"shards", describe(forecast.plan)},
                  {"outcomes", outcomes}};
  return document_text(json);
}

std::string to_text(const UnlearningForecast& forecast) {
  const auto& plan = forecast.plan;
  const bool at_most = forecast.bound == CostBound::kAtMost;
  const bool at_least = forecast.bound == CostBound::kAtLeast;
  const char* bound = at_most ? "at most " : at_least ? "at least " : "";
  std::string text =
      forecast.method == "heal"
          ? fmt::format("would retrain exactly what is served approximately on {}\n", forecast.run)
          : fmt::format("would work off {} on {}\n", plural(forecast.requests.size(), "request"), forecast.run);
  text += exceptions(forecast.requests);
  if (at_most || at_least) text += fmt::format("  method      {}: the result is approximate\n", forecast.method);
  for (const auto& shard : plan.shards)
    text += shard.stages == 0
                ? fmt::format("  shard {:<5} touched from slice {}: what it costs is for the method to say\n",
                              shard.shard.value(), shard.first.value())
                : fmt::format("  shard {:<5} from slice {}: {}{}, {} sample-gradients\n", shard.shard.value(),
                              shard.first.value(), at_most ? bound : "", plural(shard.stages, "stage"),
                              shard.sample_gradients);
  text += fmt::format("  cost        {}{} sample-gradients; training everything from scratch {}\n", bound,
                      plan.sample_gradients, plan.full_retrain);
  text += fmt::format("  storage     {} to write, {} of {} to erase\n", byte_text(forecast.bytes_written),
                      byte_text(forecast.bytes_erased), plural(forecast.superseded.size(), "file"));
  if (!forecast.kept_at_most.empty())
    text +=
        fmt::format("  kept        at most {} of them, to stitch with: 'expunge unlearn --heal' erases them later\n",
                    forecast.kept_at_most.size());
  if (forecast.speed > 0)
    text += fmt::format("  time        {}{:.1f} s of training on {} rank{}, by this run's own speed\n", bound,
                        plan.seconds(forecast.speed, forecast.ranks), forecast.ranks, forecast.ranks == 1 ? "" : "s");
  return text + "nothing was accepted, and nothing written\n";
}

}  // namespace expunge
