// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "launcher/coordinator/unlearning_report.hpp"
#include "tests/support/failure_message.hpp"
#include "tests/support/small_slice.hpp"

using namespace expunge;
using testing::contains;
using testing::digest_filled_with;
using Json = nlohmann::ordered_json;
using Status = ResolvedRequest::Status;

namespace {

ResolvedRequest request(const std::string& id, Status status, std::uint64_t deleted, std::uint64_t unknown = 0) {
  ResolvedRequest one;
  one.request.id = id;
  one.status = status;
  one.accepted.id = id;
  one.accepted.requested = deleted + unknown;
  one.accepted.unknown = unknown;
  if (deleted > 0) one.accepted.cells = {{{ShardId(1), SliceId(2)}, {{10, 10 + deleted}}, {}, {}}};
  return one;
}

/// Two requests on two ranks, one of them partly unknown; three stages retrained, five samples deleted.
UnlearningReport full() {
  UnlearningReport report;
  report.run = "/runs/a";
  report.ranks = 2;
  report.requests = 2;
  report.acceptance.batch = 7;
  report.acceptance.requests = {request("r1", Status::kToDelete, 3), request("r2", Status::kToDelete, 2, 1)};
  report.acceptance.validate_seconds = 1;
  report.acceptance.journal_seconds = 2;
  report.recovered = true;
  report.recovery.batches = {7};
  report.recovery.plan.shards = {{ShardId(1), SliceId(2), 3, 400}};
  report.recovery.plan.stages = 3;
  report.recovery.files = {{ShardId(1), "slice-02-aa.h5", digest_filled_with(1), "erased"},
                           {ShardId(1), "slice-03-bb.h5", digest_filled_with(2), "not erased: 1 hard link"}};
  report.recovery.jobs.work.sample_gradients = 400;
  report.recovery.jobs.work.train_seconds = 100;
  report.recovery.jobs.work.checkpoint_seconds = 1.5;
  report.recovery.plan_seconds = 0.25;
  report.recovery.retrain_seconds = 51;
  report.recovery.publish_seconds = 0.125;
  report.recovery.erase_seconds = 0.125;
  report.full_retrain = 1000;
  report.live = 95;
  report.wall_seconds = 60;
  return report;
}

Json json_of(const UnlearningReport& report) {
  return Json::parse(to_json_text(report));
}

}  // namespace

TEST_CASE("a report tells what was deleted, what it cost, and how much more everything anew would have") {
  const Json json = json_of(full());

  CHECK(json.at("complete") == true);
  CHECK(json.at("batch") == 7);
  CHECK(json.at("batches_completed") == Json::array({7}));
  CHECK(json.at("samples_deleted") == 5);
  CHECK(json.at("shards_retrained") == 1);
  CHECK(json.at("stages_retrained") == 3);
  CHECK(json.at("sample_gradients") == 400);
  CHECK(json.at("speedup") == 2.5);
  CHECK(json.at("seconds") == 60);
  CHECK(json.at("seconds_to_forget").is_null());
  CHECK(json.at("seconds_to_recover") == 51.5);
  CHECK(json.at("overhead") == doctest::Approx(0.05));  // 1 + 2 + 0.25 + 1.5 + 0.125 + 0.125 over 100
  CHECK(json.at("files_erased") == 1);
  CHECK(json.at("files").size() == 2);
  CHECK(json.at("outcomes").at(0).at("status") == "completed");
  CHECK(json.at("outcomes").at(0).at("shards") == Json::parse(R"([{"shard": 1, "first_slice": 2}])"));
  CHECK(json.at("outcomes").at(1).at("status") == "partial");
  CHECK(json.at("outcomes").at(1).at("n_unknown") == 1);
}

TEST_CASE("a report for people says the same, and names what is not as one would expect") {
  const std::string text = to_text(full());

  CHECK(contains(text, "/runs/a: accepted 2 requests as batch 7, 5 samples to forget\n"));
  CHECK(contains(text, "retrained 3 stages in 1 shard: 400 sample-gradients in 51.0 s on 2 ranks\n"));
  CHECK(contains(text, "would have been 1000: 2.5 times as many\n"));
  CHECK(contains(text, "published, and erased 1 file that had seen the samples\n"));
  CHECK(contains(text, "  shards/0001/slice-03-bb.h5: not erased: 1 hard link\n"));
  CHECK(contains(text, "  request r2: partial, "));
  CHECK_FALSE(contains(text, "request r1"));
  CHECK_FALSE(contains(text, "--recover"));
}

TEST_CASE("what is approximate is told as such, with what it keeps, what it cost and the way back") {
  UnlearningReport report = full();
  report.method = "finetune:epochs=1";
  report.recovery.methods = report.method;
  report.recovery.guarantee = "none";
  report.recovery.stages = 2;
  report.recovery.jobs.work.forward_passes = 30;
  report.recovery.jobs.work.hessian_vector_products = 4;
  report.recovery.files.push_back({ShardId(1), "slice-04-cc.h5", digest_filled_with(3), "kept (approximate)"});
  ShardRecord record{ShardId(1), 3, 7, {}};
  Approximation& approximation = record.approximation.emplace();
  approximation.method = report.method;
  approximation.guarantee = "none";
  approximation.batches = {7};
  approximation.evidence = R"({"a": 1})";
  report.recovery.approximate = {record};
  report.recovery.jobs.fallbacks = {"shard 1: its budget ended it"};

  const Json json = json_of(report);
  CHECK(json.at("method") == "finetune:epochs=1");
  CHECK(json.at("guarantee") == "none");
  CHECK(json.at("stages_retrained") == 2);
  CHECK(json.at("forward_passes") == 30);
  CHECK(json.at("hessian_vector_products") == 4);
  CHECK(json.at("files_kept") == 1);
  CHECK(json.at("approximate").at(0).at("shard") == 1);
  CHECK(json.at("approximate").at(0).at("batches") == Json::array({7}));
  CHECK(json.at("approximate").at(0).at("evidence").at("a") == 1);
  const std::string text = to_text(report);
  CHECK(contains(text, "400 sample-gradients, 30 forward passes, 4 Hessian-vector products in 51.0 s"));
  CHECK(contains(text, "shard 1     is APPROXIMATE, by finetune:epochs=1 (guarantee: none)"));
  CHECK(json.at("fallbacks") == Json::array({"shard 1: its budget ended it"}));
  CHECK(contains(text, "  note: shard 1: its budget ended it\n"));
  CHECK(contains(text, "kept 1 file that saw the samples"));
  CHECK(contains(text, "run 'expunge unlearn --run /runs/a --heal'\n"));
  CHECK_FALSE(contains(text, "slice-04-cc.h5"));

  report.recovery.stages = 0;
  CHECK(contains(to_text(report), "  worked on 1 shard: 400 sample-gradients, "));

  report.recovery.stopped = true;
  CHECK(json_of(report).at("guarantee").is_null());
}

TEST_CASE("a forecast says in which way its cost is one") {
  UnlearningForecast forecast;
  forecast.run = "/runs/a";
  forecast.method = "deepobliviate";
  forecast.bound = CostBound::kAtMost;
  forecast.plan.shards = {{ShardId(1), SliceId(2), 2, 400}};
  forecast.plan.sample_gradients = 400;
  forecast.superseded = {{ShardId(1), SliceId(2), "slice-02-aa.h5", digest_filled_with(1), {}, {}},
                         {ShardId(1), SliceId(3), "slice-03-bb.h5", digest_filled_with(2), {}, {}}};
  forecast.kept_at_most = {forecast.superseded.back()};

  CHECK(Json::parse(to_json_text(forecast)).at("bound") == "at most");
  CHECK(Json::parse(to_json_text(forecast)).at("files_kept_at_most").size() == 1);
  CHECK(contains(to_text(forecast), "shard 1     from slice 2: at most 2 stages, 400 sample-gradients\n"));
  CHECK(contains(to_text(forecast), "cost        at most 400 sample-gradients"));
  CHECK(contains(to_text(forecast), "kept        at most 1 of them"));
  forecast.bound = CostBound::kAtLeast;
  forecast.plan.shards.push_back({ShardId(3), SliceId(1), 0, 0});
  CHECK(contains(to_text(forecast), "cost        at least 400 sample-gradients"));
  CHECK(contains(to_text(forecast), "shard 3     touched from slice 1: what it costs is for the method to say\n"));
}

TEST_CASE("what is promised or forgotten is not told as completed, and how to go on is said") {
  UnlearningReport report = full();
  report.recovery = {};
  report.pending = 1;

  CHECK(json_of(report).at("complete") == false);
  CHECK(json_of(report).at("outcomes").at(0).at("status") == "accepted");
  CHECK(json_of(report).at("speedup").is_null());
  CHECK(json_of(report).at("overhead").is_null());
  report.forgetting.batches = {7};
  report.forgetting.shards = {ShardId(1)};
  report.forgetting.seconds = 0.5;
  CHECK(json_of(report).at("outcomes").at(1).at("status") == "forgotten");
  CHECK(json_of(report).at("seconds_to_forget") == 0.5);
  CHECK(contains(to_text(report), "forgotten in 0.500 s: 1 shard rolled back, 0 files erased"));
  CHECK(contains(to_text(report), "1 batch left to retrain: run 'expunge unlearn --run /runs/a --recover'\n"));
}

TEST_CASE("a retraining that was put down completed nothing, and says why it stopped") {
  UnlearningReport report = full();
  report.recovery.stopped = true;
  report.recovery.jobs.stop_reason = "expunge halt";
  report.pending = 2;

  CHECK(json_of(report).at("batches_completed") == Json::array());
  CHECK(json_of(report).at("batches_pending") == 2);
  CHECK(json_of(report).at("stopped_by") == "expunge halt");
  CHECK(contains(to_text(report), "stopped by expunge halt: 2 batches left to retrain"));
}

TEST_CASE("a repetition deletes nothing, and what is unknown is not told as accepted before") {
  UnlearningReport report;
  report.run = "/runs/a";
  report.requests = 2;
  report.acceptance.requests = {request("again", Status::kRepeated, 3), request("nobody", Status::kUnknown, 0, 1)};

  const Json json = json_of(report);
  CHECK(json.at("batch").is_null());
  CHECK(json.at("samples_deleted") == 0);
  CHECK(json.at("outcomes").at(0).at("n_deleted") == 0);
  CHECK(json.at("outcomes").at(0).at("status") == "repeated");
  CHECK(to_text(report) ==
        "/runs/a: nothing new in 2 requests, and nothing was accepted\n"
        "  request again: repeated, it was accepted before\n"
        "  request nobody: unknown_sample, nothing that it names is in the data\n");
}

TEST_CASE("with nothing pending and nothing asked a report says that") {
  UnlearningReport report;
  report.run = "/runs/a";

  CHECK(to_text(report) == "/runs/a: nothing is left to work off\n");
}

TEST_CASE("a forecast says what would be done, and makes up no time where the speed is unknown") {
  UnlearningForecast forecast;
  forecast.run = "/runs/a";
  forecast.ranks = 2;
  forecast.requests = {request("r1", Status::kToDelete, 3)};
  forecast.plan.shards = {{ShardId(1), SliceId(2), 2, 400}, {ShardId(3), SliceId(3), 1, 100}};
  forecast.plan.stages = 3;
  forecast.plan.sample_gradients = 500;
  forecast.plan.full_retrain = 1000;
  forecast.superseded = {{ShardId(1), SliceId(2), "slice-02-aa.h5", digest_filled_with(1), {}, {}}};

  CHECK(Json::parse(to_json_text(forecast)).at("predicted_seconds").is_null());
  CHECK_FALSE(contains(to_text(forecast), "time "));
  forecast.speed = 100;
  const Json json = Json::parse(to_json_text(forecast));
  CHECK(json.at("dry_run") == true);
  CHECK(json.at("predicted_seconds") == 4);
  CHECK(json.at("shards_to_retrain") == 2);
  CHECK(json.at("files_to_erase").at(0).at("file") == "slice-02-aa.h5");
  const std::string text = to_text(forecast);
  CHECK(contains(text, "would work off 1 request on /runs/a\n"));
  CHECK(contains(text, "shard 1     from slice 2: 2 stages, 400 sample-gradients\n"));
  CHECK(contains(text, "shard 3     from slice 3: 1 stage, 100 sample-gradients\n"));
  CHECK(contains(text, "4.0 s of training on 2 ranks"));
  CHECK(contains(text, "nothing was accepted, and nothing written\n"));
}
