// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "launcher/serving/ensemble.hpp"
#include "tests/launcher/coordinator/coordinated_run.hpp"

using namespace expunge;
using namespace expunge::testing;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> states(const RunRecords& records) {
  std::vector<std::string> states;
  for (const auto& line : records.journal.lines()) states.emplace_back(state_name(line.entry));
  return states;
}

const FileFate* fate_of(const std::vector<FileFate>& files, const std::string& name) {
  const auto found = std::ranges::find(files, name, &FileFate::name);
  return found == files.end() ? nullptr : &*found;
}

}  // namespace

TEST_CASE("from its promise to its end a deletion silences the shards that saw the samples, and no other") {
  CoordinatedRun run;
  run.train_all();
  const auto coordinator = run.coordinator();
  const auto stale = [&](std::uint32_t shard) {
    const RunRecords now = run.records();  // as another process reads it
    return now.history.is_stale(now.shards.at(shard));
  };
  REQUIRE_FALSE(stale(0));

  const auto acceptance = coordinator->accept(std::vector{request_of("r", {run.ids(0, 2).front()})}, "test");
  CHECK(acceptance.batch == 1);
  CHECK(stale(0));
  CHECK_FALSE(stale(1));
  CHECK(run.record(0).slices.size() == 3);

  const auto recovery = coordinator->recover();
  CHECK_FALSE(recovery.stopped);
  CHECK_FALSE(stale(0));
  CHECK(run.record(0).slices.size() == 3);
  CHECK(recovery.plan.stages == 2);
  CHECK(recovery.jobs.work.sample_gradients == recovery.plan.sample_gradients);
  CHECK(states(run.records()) == std::vector<std::string>{"accepted", "retrained", "published", "erased", "completed"});
  CHECK(run.unnamed(0).empty());
}

TEST_CASE("forgotten, a shard serves what never saw the samples; recovered, it is whole, and the journal says so") {
  CoordinatedRun run;
  run.train_all();
  const auto coordinator = run.coordinator();
  (void)coordinator->accept(std::vector{request_of("r", {run.ids(0, 2).front()})}, "test");

  const auto forgetting = coordinator->forget();

  CHECK(forgetting.batches == std::vector<std::uint64_t>{1});
  CHECK(forgetting.shards == std::vector<ShardId>{ShardId(0)});
  CHECK(std::ranges::count(forgetting.files, "erased", &FileFate::fate) == 2);
  CHECK(run.record(0).slices.size() == 1);
  CHECK(run.unnamed(0).empty());
  CHECK(coordinator->forget().batches.empty());

  const auto recovery = coordinator->recover();
  CHECK(recovery.files.empty());
  CHECK(run.record(0).slices.size() == 3);
  CHECK(states(run.records()) ==
        std::vector<std::string>{"accepted", "forgotten", "retrained", "published", "erased", "completed"});
}

TEST_CASE("only shards that a batch touches are rolled back for it") {
  CoordinatedRun run;
  run.train_all();
  const auto coordinator = run.coordinator();
  (void)coordinator->accept(std::vector{request_of("first", {run.ids(0, 2).front()})}, "test");
  (void)coordinator->forget();
  (void)coordinator->accept(std::vector{request_of("second", {run.ids(1, 3).front()})}, "test");

  const auto forgetting = coordinator->forget();

  CHECK(forgetting.batches == std::vector<std::uint64_t>{2});
  CHECK(forgetting.shards == std::vector<ShardId>{ShardId(1)});
  const RunRecords now = run.records();
  const auto& line = std::get<BatchForgotten>(now.journal.lines().back().entry);
  REQUIRE(line.after.size() == 1);
  CHECK(line.after[0].shard == ShardId(1));
  CHECK(line.after[0].stages == 2);
}

TEST_CASE("the progress of a stage is forgotten each time that it saw the samples, by whatever name it went before") {
  CoordinatedRun run;
  for (const auto* id : {"first", "second"}) {
    run.train(0, 2);
    REQUIRE(fs::exists(run.progress(0, 2)));
    const auto coordinator = run.coordinator();
    (void)coordinator->accept(std::vector{request_of(id, {run.ids(0, 2).front()})}, "test");

    const auto forgetting = coordinator->forget();

    CHECK_FALSE(fs::exists(run.progress(0, 2)));
    const auto* fate = fate_of(forgetting.files, progress_name(SliceId(2)));
    REQUIRE(fate != nullptr);
    CHECK(fate->fate == "erased");
  }
}

TEST_CASE("the progress that a retraining erases is told as erased, and its hard link as not erased") {
  CoordinatedRun run;
  run.train(0, 2);
  run.train(1, 3);
  fs::create_hard_link(run.progress(1, 3), run.directory().path().parent_path() / "copy");
  const auto coordinator = run.coordinator();
  (void)coordinator->accept(std::vector{request_of("r", {run.ids(0, 1).front(), run.ids(1, 3).front()})}, "test");

  const auto recovery = coordinator->recover();

  CHECK(std::ranges::count(recovery.files, "absent", &FileFate::fate) == 0);
  const auto* of_first = fate_of(recovery.files, progress_name(SliceId(2)));
  const auto* of_second = fate_of(recovery.files, progress_name(SliceId(3)));
  REQUIRE(of_first != nullptr);
  REQUIRE(of_second != nullptr);
  CHECK(of_first->fate == "erased");
  CHECK(of_second->fate == "not erased: 1 hard link");
  CHECK(recovery.jobs.work.sample_gradients == recovery.plan.sample_gradients);
  CHECK(run.unnamed(0).empty());
  CHECK(run.unnamed(1).empty());
}

TEST_CASE("what a killed training left in a touched shard is gone before its deletion is promised") {
  CoordinatedRun run;
  run.train_all();
  // Written, and never recorded; the progress of a stage that is published since; half of a temporary file.
  for (const auto* name : {"slice-03-00000000.h5", "stage-03-progress.h5", ".slice-03-00000000.h5.tmp-17-0"})
    std::ofstream(run.folder(0) / name) << "left";
  const auto coordinator = run.coordinator();

  (void)coordinator->accept(std::vector{request_of("r", {run.ids(0, 3).front()})}, "test");

  CHECK(run.unnamed(0).empty());
  (void)coordinator->forget();
  CHECK(run.unnamed(0).empty());
}

TEST_CASE("a file that an earlier job published over and did not erase is told as erased by the one that does") {
  CoordinatedRun run;
  run.train_all();
  const std::string old = run.record(0).slices.back().file.name;
  {
    const auto coordinator = run.coordinator();
    (void)coordinator->accept(std::vector{request_of("first", {run.ids(0, 3).front()})}, "test");
    (void)coordinator->accept(std::vector{request_of("second", {run.ids(0, 2).front()})}, "test");
    // Ended between putting another generation in its place and erasing.
    ShardRecord rolled_back = run.record(0);
    rolled_back.slices.resize(2);
    rolled_back.respects = 1;
    write_shard_record(system_files(), run.directory().path(), rolled_back);
  }

  const auto recovery = run.coordinator()->recover();

  const auto* fate = fate_of(recovery.files, old);
  REQUIRE(fate != nullptr);
  CHECK(fate->fate == "erased");
  CHECK(run.unnamed(0).empty());
}
