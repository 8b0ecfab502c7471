// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include <doctest/doctest.h>

#include "launcher/comparison/trial.hpp"
#include "tests/launcher/coordinator/coordinated_run.hpp"
#include "tests/support/failure_message.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

/// A run, trained, and its data as a comparison has them.
struct ComparedOn {
  CoordinatedRun run;
  RunRecords records;
  std::shared_ptr<const Dataset> data;

  ComparedOn()
      : records((run.train_all(), run.records())), data(open_dataset(Spec::parse(records.manifest.data, "data"))) {}

  [[nodiscard]] Trial trial(const ForgetTask& task, std::uint32_t repetition = 0) const {
    return make_trial(records, data, task, repetition, CoordinatedRun::session().fingerprint());
  }
  void forget(SampleId id) {
    const auto coordinator = run.coordinator();
    (void)coordinator->accept(std::vector{request_of("earlier", {id})}, "test");
    (void)coordinator->recover();
    records = run.records();
  }
};

std::set<std::uint64_t> ids_of(const Trial& trial, const std::vector<std::uint64_t>& rows) {
  std::set<std::uint64_t> ids;
  for (const auto row : rows) ids.insert(trial.data->id(row).value());
  return ids;
}

}  // namespace

TEST_CASE("the first repetition is the run itself, and every live sample is either to be kept or to be forgotten") {
  const ComparedOn on;
  const auto one = on.run.ids(0, 2).front();
  const auto other = on.run.ids(1, 3).front();

  const Trial trial = on.trial({{request_of("a", {one}), request_of("b", {other, one})}, "test"});

  CHECK(trial.base_is_users);
  CHECK(trial.seed() == on.records.manifest.seed);
  CHECK(trial.affected() == std::vector{ShardId(0), ShardId(1)});
  CHECK(ids_of(trial, trial.forget_rows) == std::set{one.value(), other.value()});
  CHECK(trial.retain_rows.size() + 2 == on.data->size());
  CHECK(trial.after.samples(ShardId(0)) + 1 == trial.before.samples(ShardId(0)));
  REQUIRE(trial.batches.size() == 1);
  CHECK(trial.batches[0].size() == 2);
  CHECK(trial.live_after == std::vector{trial.retain_rows.size()});
}

TEST_CASE(
    "a sequence makes a batch of every request that takes something, and plans each on what the ones before left") {
  const ComparedOn on;
  const auto ids = on.run.ids(0, 2);

  const Trial trial = on.trial({{request_of("a", {ids[0]}), request_of("again", {ids[0]}), request_of("b", {ids[1]})},
                                "test",
                                std::nullopt,
                                /*as_sequence=*/true});

  REQUIRE(trial.batches.size() == 2);
  CHECK(trial.batches[1].front().id == "b");
  CHECK(trial.live_after[0] == trial.live_after[1] + 1);
  CHECK(trial.plans[0].sample_gradients > trial.plans[1].sample_gradients);
  CHECK(trial.forgotten.at(ShardId(0)).size() == 2);
}

TEST_CASE("further repetitions forget the same samples under seeds of their own, without what the run forgot before") {
  ComparedOn on;
  const auto before = on.run.ids(0, 1).front();
  on.forget(before);
  const auto now = on.run.ids(0, 2).front();
  const ForgetTask task{{request_of("a", {now, before})}, "test"};

  const Trial first = on.trial(task);
  const Trial second = on.trial(task, 1);
  const Trial third = on.trial(task, 2);

  CHECK_FALSE(second.base_is_users);
  CHECK(second.seed() != first.seed());
  CHECK(second.seed() != third.seed());
  CHECK(first.batches_before == 1);
  CHECK(second.batches_before == 0);
  for (const auto* trial : {&first, &second, &third}) {
    CHECK(ids_of(*trial, trial->forget_rows) == std::set{now.value()});
    CHECK(trial->retain_rows.size() == on.records.live() - 1);
    CHECK_FALSE(ids_of(*trial, trial->retain_rows).contains(before.value()));
  }
  CHECK(second.manifest.samples() == on.records.live());
}

TEST_CASE("what was forgotten before leaves nothing to compare on") {
  ComparedOn on;
  const auto id = on.run.ids(0, 1).front();
  on.forget(id);

  CHECK(contains(failure_of([&] {
                   (void)on.trial({{request_of("late", {id})}, "late.jsonl"});
                 }),
                 "late.jsonl: nothing is left to forget"));
}

TEST_CASE("a canary lies in the slice asked for, the middle one else, is one subject, and is all that is forgotten") {
  const ComparedOn on;
  for (const std::uint32_t slice : {0U, 1U, 3U}) {
    for (const std::uint32_t repetition : {0U, 1U}) {
      Canary canary;
      canary.slice = slice;
      canary.size = 7;

      const Trial trial = on.trial({{}, "backdoor", canary}, repetition);

      CHECK_FALSE(trial.base_is_users);
      CHECK(trial.configuration().placed_by_subject);
      REQUIRE(trial.canary);
      CHECK(trial.canary->place.samples == 7);
      CHECK(trial.canary->place.slice == (slice == 0 ? 2 : slice));
      CHECK(trial.forget_rows.size() == 7);
      const ShardId shard(trial.canary->place.shard);
      CHECK(trial.affected() == std::vector{shard});
      const auto& cell = trial.before.rows(shard, SliceId(trial.canary->place.slice));
      CHECK(std::ranges::includes(cell, trial.forget_rows));
      const auto subject = trial.data->subject(trial.forget_rows.front());
      for (const auto row : trial.forget_rows) CHECK(trial.data->subject(row) == subject);
    }
  }
}

TEST_CASE("a canary without a size is half a mean cell") {
  const ComparedOn on;

  const Trial trial = on.trial({{}, "backdoor", Canary{}});

  CHECK(trial.canary->place.samples == on.data->size() / 6 / 2);
}
