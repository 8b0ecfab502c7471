// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/coordinator/pass_outcome.hpp"
#include "tests/launcher/coordinator/coordinated_run.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

constexpr Moment kNoon{std::chrono::seconds(1'772'366'400)};
const PassTimes kTimes{kNoon, kNoon, kNoon + std::chrono::seconds(5)};

}  // namespace

TEST_CASE("the outcome of a pass counts what was deleted, retrained and looked at, and where the samples lay") {
  CoordinatedRun run;
  run.train_all();
  const auto coordinator = run.coordinator();
  const std::uint64_t live = coordinator->records().live();
  Request request = request_of("r", {run.ids(0, 2).front(), run.ids(0, 3).front()});
  request.requested_by = "Ada";
  const auto acceptance = coordinator->accept(std::vector{request}, "test");
  const auto recovery = coordinator->recover();
  ReplayOutcome outcome;

  add_pass(outcome, *coordinator, acceptance, {}, recovery, live, 1, kTimes);

  REQUIRE(outcome.requests.size() == 1);
  const RequestOutcome& one = outcome.requests[0];
  CHECK(one.status == RequestStatus::kCompleted);
  CHECK(one.n_deleted == 2);
  CHECK(one.batch == 1);
  CHECK(one.first_slices == std::vector<std::pair<ShardId, SliceId>>{{ShardId(0), SliceId(2)}});
  CHECK_FALSE(one.requester_reference.empty());
  CHECK(one.requester_reference.find("Ada") == std::string::npos);
  REQUIRE(outcome.batches.size() == 1);
  const BatchOutcome& batch = outcome.batches[0];
  CHECK(batch.batch == 1);
  CHECK(batch.n_deleted == 2);
  CHECK(batch.stages_retrained == 2);
  CHECK(batch.samples_retrained == run.ids(0, 1).size() + run.ids(0, 2).size() + run.ids(0, 3).size());
  CHECK(batch.sample_gradients == recovery.plan.sample_gradients);
  CHECK(batch.baseline_sample_gradients == recovery.plan.full_retrain);
  CHECK_FALSE(batch.baseline_measured);
  CHECK(batch.completed_at == kTimes.completed);
  CHECK(batch.wall_seconds == doctest::Approx(pass_seconds(acceptance, {}, recovery)));
}

TEST_CASE("a pass that was put down is no completion, and a repetition needs no batch") {
  CoordinatedRun run;
  run.train_all();
  const auto coordinator = run.coordinator();
  const std::vector requests{request_of("r", {run.ids(0, 2).front()})};
  const std::uint64_t live = coordinator->records().live();
  const auto acceptance = coordinator->accept(requests, "test");
  Recovery put_down;
  put_down.batches = {1};
  put_down.stopped = true;
  ReplayOutcome outcome;

  add_pass(outcome, *coordinator, acceptance, {}, put_down, live, 1, kTimes);
  CHECK(outcome.requests.at(0).status == RequestStatus::kFailed);
  CHECK_FALSE(outcome.requests.at(0).completed_at);
  CHECK_FALSE(outcome.batches.at(0).completed_at);

  (void)coordinator->recover();
  add_pass(outcome, *coordinator, coordinator->accept(requests, "test"), {}, {}, live, 1, kTimes);
  CHECK(outcome.requests.at(1).status == RequestStatus::kAlreadyAbsent);
  CHECK(outcome.requests.at(1).n_deleted == 0);
  CHECK_FALSE(outcome.requests.at(1).batch);
  CHECK(outcome.batches.size() == 1);
}
