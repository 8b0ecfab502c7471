// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "launcher/verification/verification_report.hpp"
#include "tests/support/failure_message.hpp"
#include "tests/support/small_slice.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

/// Of a run of two shards in three slices, in which nothing is wrong.
VerificationReport good_report() {
  VerificationReport report;
  report.run = "/data/run";
  report.shards = 2;
  report.stages_on_record = 6;
  report.selection = "all";
  report.selected = {ShardId(0), ShardId(1)};
  report.shards_checked = 2;
  report.stages_checked = 6;
  return report;
}

nlohmann::json document(const VerificationReport& report) {
  return nlohmann::json::parse(to_json_text(report));
}

}  // namespace

TEST_CASE("a finding outweighs a stop, a stop what can't be compared, and each has its exit code") {
  VerificationReport report = good_report();
  CHECK(report.verdict() == Verdict::kEqual);
  report.not_comparable = {"threads is '2' here and was '1'"};
  CHECK(report.verdict() == Verdict::kNotComparable);
  report.stopped_by = "SIGUSR1";
  CHECK(report.verdict() == Verdict::kStopped);
  report.findings = {{"stale-file", "shards/0001/slice-02-a.h5", "it saw samples that are deleted by now"}};
  CHECK(report.verdict() == Verdict::kRefuted);

  CHECK(exit_of(Verdict::kEqual) == Exit::kDone);
  CHECK(exit_of(Verdict::kNotComparable) == Exit::kFailed);
  CHECK(exit_of(Verdict::kStopped) == Exit::kStopped);
  CHECK(exit_of(Verdict::kRefuted) == Exit::kRefuted);
}

TEST_CASE(
    "a run with an approximate shard is neither equal nor refuted, and says how far off it is and what heals it") {
  VerificationReport report = good_report();
  report.approximate = {{.shard = ShardId(1),
                         .method = "finetune:epochs=2",
                         .guarantee = "heuristic",
                         .batches = {1, 4},
                         .distance = ParameterDistance{0.25, 0.125, 0.0625},
                         .kept_files = {"shards/0001/slice-02-a.h5", "shards/0001/slice-03-b.h5"}}};

  const auto told = document(report);

  CHECK(report.verdict() == Verdict::kApproximate);
  CHECK(exit_of(report.verdict()) == Exit::kFailed);
  CHECK(told["equal"].is_null());
  CHECK(told["verdict"] == "approximate");
  CHECK(
      told["approximate_shards"].dump() ==
      R"([{"batches":[1,4],"distance":{"l2":0.25,"largest":0.0625,"relative":0.125},"guarantee":"heuristic",)"
      R"("kept_files":["shards/0001/slice-02-a.h5","shards/0001/slice-03-b.h5"],"method":"finetune:epochs=2","shard":1}])");
  CHECK(report.sentence() ==
        "approximate: shard 1 serves what 'finetune:epochs=2' made of batches 1, 4, 0.25 in l2 from what retraining "
        "gives (12.5 % of it, 0.0625 at most in one parameter): deleted samples may still show in it, until 'expunge "
        "unlearn --run /data/run --heal' retrains it exactly; 6 stages of 2 shards, retrained from scratch, have the "
        "bits of their checkpoints");
  CHECK(contains(to_text(report), "; keeps shards/0001/slice-02-a.h5 shards/0001/slice-03-b.h5\n"));
}

TEST_CASE("an approximation does not hide what was found, and what was not measured is not called near") {
  VerificationReport report = good_report();
  report.approximate = {{.shard = ShardId(0), .method = "neggrad", .guarantee = "heuristic", .batches = {1}}};
  CHECK(document(report)["approximate_shards"][0]["distance"].is_null());
  CHECK(contains(report.sentence(), "at a distance that was not measured"));
  report.approximate[0].distance = ParameterDistance{std::numeric_limits<double>::quiet_NaN(), 1, 2};
  CHECK(document(report)["approximate_shards"][0]["distance"]["l2"].is_null());
  report.not_comparable = {"threads is '2' here and was '1'"};
  CHECK(report.verdict() == Verdict::kNotComparable);
  CHECK(contains(report.sentence(), "besides, shard 0 serves what 'neggrad' made"));
  report.findings = {{"stale-file", "shards/0001/slice-02-a.h5", "it saw samples that are deleted by now"}};
  CHECK(report.verdict() == Verdict::kRefuted);
  CHECK(document(report)["equal"] == false);
}

TEST_CASE("a stage with other bits refutes a run") {
  VerificationReport report = good_report();
  report.differences = {{{ShardId(1), SliceId(2)}, "shards/0001/slice-02-a.h5", "parameters/w[0]: 1 here"}};

  CHECK(report.verdict() == Verdict::kRefuted);
  CHECK(report.sentence() ==
        "not equal: 1 stage has other bits; the first: shards/0001/slice-02-a.h5: parameters/w[0]: 1 "
        "here");
  CHECK(document(report)["differences"][0]["stage"] == 2);
}

TEST_CASE("what is not known is null, not false") {
  VerificationReport report = good_report();
  CHECK(document(report)["equal"] == true);
  report.not_comparable = {"threads is '2' here and was '1'"};
  CHECK(document(report)["equal"].is_null());
  report.findings = {{"journal", "journal.jsonl", "line 1 was altered"}};
  CHECK(document(report)["equal"] == false);
}

TEST_CASE("stale files are those that were found stale, and nothing else that was found") {
  VerificationReport report = good_report();
  report.findings = {{"unknown-file", "notes", "?"}, {"stale-file", "shards/0001/slice-02-a.h5", "it saw"}};

  CHECK(document(report)["stale_files"] == nlohmann::json{"shards/0001/slice-02-a.h5"});
  CHECK(document(report)["findings"].size() == 2);
}

TEST_CASE("an answer about a part says so, to people and to programs") {
  VerificationReport report = good_report();
  report.stages_checked = 1;
  report.shards_checked = 1;
  report.challenge = ChallengeReport{"00ff", false, Fraction{100'000}, {{ShardId(1), SliceId(3)}}};

  const std::string text = to_text(report);

  CHECK(contains(text, "challenge   00ff, 0.1 of the stages: 1/3\n"));
  CHECK(contains(report.sentence(), "1 stage of 1 shard, picked by the challenge"));
  CHECK(text.substr(text.size() - report.sentence().size() - 1) == report.sentence() + "\n");
  CHECK(document(report)["challenge"]["sample_fraction"] == 0.1);
  CHECK(document(report)["challenge"]["stages"][0]["stage"] == 3);
}

TEST_CASE("shards that wait to be retrained are told with the answer") {
  VerificationReport report = good_report();
  report.incomplete = {{ShardId(1), 2, "recovery pending"}};

  CHECK(contains(report.sentence(), "; 1 shard not complete"));
  CHECK(document(report)["equal"] == true);
  CHECK(document(report)["incomplete_shards"][0]["reason"] == "recovery pending");
  CHECK(contains(to_text(report), "incomplete  shard 1 serves stage 2: recovery pending\n"));
}

TEST_CASE("what was not compared is not called equal in words") {
  VerificationReport report = good_report();
  report.stages_checked = 0;

  CHECK(!contains(report.sentence(), "equal"));
}

TEST_CASE("the verdict that a run keeps has the moment in front and says the same") {
  const VerificationReport report = good_report();
  const Moment moment{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};

  auto kept = nlohmann::ordered_json::parse(to_json_text(report, moment));

  CHECK(kept.begin().key() == "at");
  CHECK(kept["at"] == "2026-03-01T00:00:00Z");
  kept.erase("at");
  CHECK(kept.dump() == nlohmann::ordered_json::parse(to_json_text(report)).dump());
}
