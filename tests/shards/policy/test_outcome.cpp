// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "shards/policy/outcome.hpp"

using namespace expunge;
using nlohmann::ordered_json;

namespace {

// 2026-03-01T09:30:00Z
constexpr Moment kMorning{std::chrono::seconds(1'772'357'400)};

ordered_json written(const ReplayOutcome& outcome) {
  return ordered_json::parse(to_json_text(outcome));
}

ordered_json written(const RequestOutcome& request) {
  return written(ReplayOutcome{"", {request}, {}}).at("requests").at(0);
}

ordered_json written(const BatchOutcome& batch) {
  return written(ReplayOutcome{"", {}, {batch}}).at("batches").at(0);
}

RequestOutcome full_request() {
  RequestOutcome request;
  request.request_id = "r-000123";
  request.requester_reference = "5e0f";
  request.received_at = kMorning;
  request.started_at = kMorning + std::chrono::seconds(90);
  request.completed_at = kMorning + std::chrono::seconds(100);
  request.due_at = kMorning + std::chrono::seconds(100);
  request.n_requested = 3;
  request.n_deleted = 2;
  request.first_slices = {{ShardId(0), SliceId(4)}, {ShardId(3), SliceId(1)}};
  request.batch = 7;
  return request;
}

BatchOutcome full_batch() {
  BatchOutcome batch;
  batch.batch = 7;
  batch.triggered_at = kMorning;
  batch.started_at = kMorning + std::chrono::seconds(90);
  batch.completed_at = kMorning + std::chrono::seconds(100);
  batch.requests = 1;
  batch.n_deleted = 2;
  batch.first_slices = {{ShardId(3), SliceId(1)}};
  batch.stages_retrained = 4;
  batch.samples_retrained = 500;
  batch.sample_gradients = 1500;
  batch.optimizer_steps = 48;
  batch.wall_seconds = 10;
  batch.method = "finetune";
  batch.guarantee = "heuristic";
  batch.forward_passes = 12;
  batch.hessian_vector_products = 13;
  batch.files_kept = 5;
  batch.process_seconds = 18.5;
  batch.phases = {0.5, 0.25, 16, 1, 0.125, 0.0625};
  batch.idle_seconds = 0.5;
  batch.bytes_read = 4096;
  batch.bytes_written = 8192;
  batch.peak_memory_bytes = 1 << 20;
  batch.ranks = 2;
  batch.baseline_sample_gradients = 6000;
  batch.baseline_seconds = 35;
  batch.predicted_sample_gradients = 1480.5;
  return batch;
}

/// Members that are null, in order.
std::string nulls(const ordered_json& json) {
  std::string names;
  for (const auto& [name, value] : json.items())
    if (value.is_null()) names += name + ' ';
  return names;
}

}  // namespace

TEST_CASE("a request tells all that is known of it") {
  const ordered_json expected = ordered_json::parse(R"({
    "request_id": "r-000123", "requester_reference": "5e0f", "status": "completed",
    "received_at": "2026-03-01T09:30:00Z", "started_at": "2026-03-01T09:31:30Z",
    "completed_at": "2026-03-01T09:31:40Z", "due_at": "2026-03-01T09:31:40Z",
    "met_deadline": true, "waiting_seconds": 90.0, "n_requested": 3, "n_deleted": 2,
    "shards": [{"shard": 0, "first_slice": 4}, {"shard": 3, "first_slice": 1}],
    "batch_id": 7, "method": "exact", "guarantee": "exact"})");

  CHECK(written(full_request()).dump() == expected.dump());
}

TEST_CASE("a batch tells all that is known of it") {
  const ordered_json expected = ordered_json::parse(R"({
    "batch_id": 7, "triggered_at": "2026-03-01T09:30:00Z", "started_at": "2026-03-01T09:31:30Z",
    "completed_at": "2026-03-01T09:31:40Z", "requests": 1, "n_deleted": 2,
    "method": "finetune", "guarantee": "heuristic",
    "shards": [{"shard": 3, "first_slice": 1}], "stages_retrained": 4, "samples_retrained": 500,
    "optimizer_steps": 48, "sample_gradients": 1500, "predicted_sample_gradients": 1480.5,
    "baseline_sample_gradients": 6000, "baseline_measured": false, "baseline_seconds": null,
    "baseline_seconds_predicted": 35.0, "speedup_sample_gradients": 4.0, "speedup_seconds": null,
    "speedup_seconds_predicted": 3.5, "wall_seconds": 10.0, "forward_passes": 12,
    "hessian_vector_products": 13, "files_kept": 5, "process_seconds": 18.5,
    "phase_seconds": {"planning": 0.5, "restoring": 0.25, "training": 16.0, "checkpointing": 1.0,
                      "publishing": 0.125, "erasing": 0.0625},
    "idle_seconds": 0.5, "bytes_read": 4096, "bytes_written": 8192, "peak_memory_bytes": 1048576, "ranks": 2})");

  CHECK(written(full_batch()).dump() == expected.dump());
}

TEST_CASE("what is not known of a request is null") {
  RequestOutcome request;
  request.request_id = "r1";
  request.status = RequestStatus::kUnknownSample;

  CHECK(nulls(written(request)) ==
        "requester_reference received_at started_at completed_at due_at met_deadline waiting_seconds batch_id ");
}

TEST_CASE("what is not known of a batch is null") {
  const ordered_json json = written(BatchOutcome{});

  CHECK(nulls(json) ==
        "triggered_at started_at completed_at optimizer_steps predicted_sample_gradients baseline_sample_gradients "
        "baseline_seconds baseline_seconds_predicted speedup_sample_gradients speedup_seconds "
        "speedup_seconds_predicted wall_seconds process_seconds idle_seconds bytes_read bytes_written "
        "peak_memory_bytes ranks ");
  CHECK(nulls(json.at("phase_seconds")) == "planning restoring training checkpointing publishing erasing ");
}

TEST_CASE("every status has the name that reports give it") {
  const auto name = [](RequestStatus status) {
    RequestOutcome request;
    request.status = status;
    return written(request).at("status").get<std::string>();
  };

  CHECK(name(RequestStatus::kCompleted) == "completed");
  CHECK(name(RequestStatus::kPartial) == "partial");
  CHECK(name(RequestStatus::kRejected) == "rejected");
  CHECK(name(RequestStatus::kAlreadyAbsent) == "already_absent");
  CHECK(name(RequestStatus::kUnknownSample) == "unknown_sample");
  CHECK(name(RequestStatus::kFailed) == "failed");
}

TEST_CASE("a deadline is met to the second, and undecided without a due time or a completion") {
  RequestOutcome request = full_request();
  CHECK(request.met_deadline() == true);

  request.completed_at = *request.due_at + std::chrono::seconds(1);
  CHECK(request.met_deadline() == false);

  request.completed_at.reset();
  CHECK(request.met_deadline() == std::nullopt);

  request = full_request();
  request.due_at.reset();
  CHECK(request.met_deadline() == std::nullopt);
}

TEST_CASE("a receipt that is stated as later than the start gives no waiting time, least of all a negative one") {
  RequestOutcome request = full_request();
  request.received_at = *request.started_at + std::chrono::seconds(1);

  CHECK(written(request).at("waiting_seconds").is_null());
}

TEST_CASE("a speed-up in seconds is measured only where the baseline was run") {
  BatchOutcome batch = full_batch();
  batch.baseline_measured = true;

  const ordered_json json = written(batch);

  CHECK(json.at("baseline_measured") == true);
  CHECK(json.at("baseline_seconds") == 35.0);
  CHECK(json.at("speedup_seconds") == 3.5);
  CHECK(json.at("baseline_seconds_predicted").is_null());
  CHECK(json.at("speedup_seconds_predicted").is_null());
}

TEST_CASE("there is no speed-up over nothing, against nothing, or by what is no number") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();

  CHECK(speedup(6.0, 1.5) == 4.0);
  CHECK(speedup(std::nullopt, 1.0) == std::nullopt);
  CHECK(speedup(1.0, std::nullopt) == std::nullopt);
  for (const double value : {0.0, -1.0, nan, infinity}) {
    CHECK(speedup(1.0, value) == std::nullopt);
    CHECK(speedup(value, 1.0) == std::nullopt);
  }
  CHECK(speedup(1e300, 1e-300) == std::nullopt);
}

TEST_CASE("neither infinity nor what is no number gets into the document") {
  BatchOutcome batch = full_batch();
  batch.wall_seconds = std::numeric_limits<double>::infinity();
  batch.process_seconds = std::numeric_limits<double>::quiet_NaN();
  batch.phases.training = -std::numeric_limits<double>::infinity();
  batch.predicted_sample_gradients = std::numeric_limits<double>::quiet_NaN();

  const ordered_json json = written(ReplayOutcome{"immediate", {}, {batch}});

  const ordered_json& line = json.at("batches").at(0);
  CHECK(line.at("wall_seconds").is_null());
  CHECK(line.at("speedup_seconds_predicted").is_null());
  CHECK(line.at("process_seconds").is_null());
  CHECK(line.at("phase_seconds").at("training").is_null());
  CHECK(line.at("predicted_sample_gradients").is_null());
  CHECK(json.at("total").at("wall_seconds").is_null());
  CHECK(json.at("total").at("process_seconds").is_null());
  CHECK(json.at("total").at("predicted_sample_gradients").is_null());
}

TEST_CASE("in all: costs and baselines add up, and speed-ups are of the sums") {
  ReplayOutcome outcome{"batch:1", {full_request(), full_request()}, {full_batch(), full_batch()}};
  outcome.batches[1].sample_gradients = 500;
  outcome.batches[1].wall_seconds = 4;

  const ordered_json total = written(outcome).at("total");

  CHECK(total.at("requests") == 2);
  CHECK(total.at("batches") == 2);
  CHECK(total.at("n_deleted") == 4);
  CHECK(total.at("sample_gradients") == 2000);
  CHECK(total.at("predicted_sample_gradients") == 2961.0);
  CHECK(total.at("baseline_sample_gradients") == 12000);
  CHECK(total.at("speedup_sample_gradients") == 6.0);
  CHECK(total.at("wall_seconds") == 14.0);
  CHECK(total.at("process_seconds") == 37.0);
  CHECK(total.at("baseline_seconds").is_null());
  CHECK(total.at("baseline_seconds_predicted") == 70.0);
  CHECK(total.at("speedup_seconds").is_null());
  CHECK(total.at("speedup_seconds_predicted") == 5.0);
}

TEST_CASE("in all: what one batch does not know the sum does not know") {
  ReplayOutcome outcome{"batch:1", {}, {full_batch(), full_batch()}};
  outcome.batches[1].baseline_sample_gradients.reset();
  outcome.batches[1].process_seconds.reset();

  const ordered_json total = written(outcome).at("total");

  CHECK(total.at("sample_gradients") == 3000);
  CHECK(nulls(total) ==
        "baseline_sample_gradients baseline_seconds speedup_sample_gradients speedup_seconds process_seconds ");
}

TEST_CASE("in all: one baseline that was not run makes the speed-up a prediction") {
  ReplayOutcome outcome{"batch:1", {}, {full_batch(), full_batch()}};
  outcome.batches[0].baseline_measured = true;
  CHECK(written(outcome).at("total").at("baseline_measured") == false);
  CHECK(written(outcome).at("total").at("speedup_seconds").is_null());

  outcome.batches[1].baseline_measured = true;
  CHECK(written(outcome).at("total").at("speedup_seconds") == 3.5);
  CHECK(written(outcome).at("total").at("speedup_seconds_predicted").is_null());
}

TEST_CASE("in all: waiting is told apart from cost, and of the requests whose waiting is known") {
  ReplayOutcome outcome{"window:24h", {full_request(), full_request(), full_request()}, {}};
  outcome.requests[1].started_at = kMorning + std::chrono::seconds(30);
  outcome.requests[2].received_at.reset();

  const ordered_json waiting = written(outcome).at("total").at("waiting_seconds");

  CHECK(waiting.dump() == R"({"requests":2,"total":120.0,"mean":60.0,"longest":90.0})");
}

TEST_CASE("in all: deadlines are met, missed or unknown") {
  ReplayOutcome outcome{"deadline", {full_request(), full_request(), full_request(), full_request()}, {}};
  outcome.requests[0].due_at = kMorning;
  outcome.requests[1].due_at.reset();

  CHECK(written(outcome).at("total").at("deadlines").dump() == R"({"met":2,"missed":1,"unknown":1})");
}

TEST_CASE("an outcome of nothing is a document all the same") {
  const ordered_json json = written(ReplayOutcome{});

  CHECK(json.at("format") == "expunge-outcome");
  CHECK(json.at("version") == 1);
  CHECK(json.at("policy").is_null());
  CHECK(json.at("requests").empty());
  CHECK(json.at("batches").empty());
  CHECK(json.at("total").at("sample_gradients") == 0);
  CHECK(json.at("total").at("speedup_sample_gradients").is_null());
  CHECK(json.at("total").at("baseline_measured") == false);
  CHECK(json.at("total").at("waiting_seconds").at("mean").is_null());
}

TEST_CASE("counts beyond what a double holds keep every digit") {
  BatchOutcome batch = full_batch();
  batch.sample_gradients = 9'007'199'254'740'993;

  CHECK(to_json_text(ReplayOutcome{"", {}, {batch}}).find("\"sample_gradients\": 9007199254740993") !=
        std::string::npos);
}

TEST_CASE("a name that is not UTF-8 does not cost the report") {
  RequestOutcome request = full_request();
  request.request_id = "r\xff";

  CHECK(written(request).at("request_id") == "r\uFFFD");
}

TEST_CASE("the document ends its last line") {
  const std::string text = to_json_text(ReplayOutcome{});

  CHECK(text.ends_with("}\n"));
}
