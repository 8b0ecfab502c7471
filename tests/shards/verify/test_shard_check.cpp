// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "shards/verify/shard_check.hpp"
#include "tests/shards/verify/verified_run.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

const std::vector<std::string> kNothing;

ShardTask only(const VerifiedRun& run, std::vector<SliceId> stages) {
  ShardTask task = run.whole_task();
  task.from_scratch = false;
  task.stages = std::move(stages);
  return task;
}

}  // namespace

TEST_CASE("a shard that was trained is found equal, at the cost of its training") {
  for (const auto slicing : {Slicing::kCumulative, Slicing::kSequential}) {
    const VerifiedRun run(slicing);
    std::uint64_t visited = 0;
    ShardHooks hooks;
    hooks.visited = [&](std::uint64_t visits, bool) { visited += visits; };

    const ShardCheck check = run.check(run.whole_task(), hooks);

    CHECK(kinds(check.findings) == kNothing);
    CHECK(check.differences.empty());
    CHECK(check.unfinished.empty());
    CHECK(check.stages_checked == 3);
    CHECK(check.complete);
    CHECK(check.sample_gradients == run.record().sample_gradients());
    CHECK(visited == run.record().sample_gradients());
  }
}

TEST_CASE("each stage alone is found equal when it is replayed from the checkpoint before it") {
  const VerifiedRun run;
  for (std::uint32_t r = 1; r <= 3; ++r) {
    const ShardCheck check = run.check(only(run, {SliceId(r)}));

    CHECK(check.differences.empty());
    CHECK(check.stages_checked == 1);
    CHECK(check.sample_gradients == run.record().slices[r - 1].sample_gradients);
  }
}

TEST_CASE("one bit anywhere in a slice file is found, and the file is named") {
  const VerifiedRun run;
  ShardTask task = only(run, {});
  for (std::uint32_t r = 1; r <= 3; ++r) {
    const auto path = run.slice(r);
    const Bytes whole = read_file(path);
    for (std::size_t position = r; position < whole.size(); position += 211) {
      Bytes flipped = whole;
      flipped[position] ^= std::byte{0x10};
      put_bytes(path, flipped);

      const ShardCheck check = run.check(task);

      CAPTURE(position);
      REQUIRE(kinds(check.findings) == std::vector<std::string>{"damaged-file"});
      CHECK(check.findings[0].file == "shards/0000/" + path.filename().string());
    }
    put_bytes(path, whole);
  }
  CHECK(run.check().findings.empty());
}

TEST_CASE("a slice file that is missing is named") {
  const VerifiedRun run;
  const auto path = run.slice(2);
  std::filesystem::remove(path);

  const ShardCheck check = run.check();

  CHECK(kinds(check.findings) == std::vector<std::string>{"missing-file"});
  CHECK(check.findings[0].file == "shards/0000/" + path.filename().string());
}

TEST_CASE(
    "another stage's file in a stage's place is found by its bytes, and by its provenance where the record fits") {
  const VerifiedRun swapped;
  put_bytes(swapped.slice(3), read_file(swapped.slice(2)));
  VerifiedRun recorded;
  ShardRecord record = recorded.record();
  record.slices[2].file = record.slices[1].file;
  record.slices[2].model = record.slices[1].model;
  recorded.put(record);

  const ShardCheck by_bytes = swapped.check();
  const ShardCheck by_provenance = recorded.check();

  CHECK(kinds(by_bytes.findings) == std::vector<std::string>{"damaged-file"});
  const std::string found = text_of(by_provenance.findings);
  CHECK(contains(found, "lineage shards/0000/" + record.slices[2].file.name + ": stage is 2, expected 3"));
  CHECK(contains(found, "live is "));
  CHECK(by_provenance.differences.size() == 1);
}

TEST_CASE("a forged state with a record that fits it is found by the replay, and its first value named") {
  VerifiedRun run;
  SliceFile file = read_slice(run.slice(2), std::nullopt);
  file.state.parameters[1].bytes[0] ^= std::byte{1};
  run.forge(2, file);

  const ShardCheck from_scratch = run.check();
  const ShardCheck replayed = run.check(only(run, {SliceId(2)}));
  const ShardCheck before = run.check(only(run, {SliceId(1)}));

  REQUIRE(from_scratch.differences.size() == 1);
  CHECK(from_scratch.differences[0].stage == StageName{VerifiedRun::kShard, SliceId(2)});
  CHECK(from_scratch.differences[0].file == "shards/0000/" + run.slice(2).filename().string());
  CHECK(contains(from_scratch.differences[0].message, "parameters/" + file.state.parameters[1].name + "[0]: "));
  // The stage after it does not descend from it.
  CHECK(contains(text_of(from_scratch.findings), "it does not descend from the stage before it"));
  CHECK(replayed.differences == from_scratch.differences);
  CHECK(before.differences.empty());
}

TEST_CASE("a record that claims another model is told from a checkpoint that holds one") {
  VerifiedRun run;
  ShardRecord record = run.record();
  record.slices[2].model = digest_filled_with(0x77);
  run.put(record);

  const ShardCheck check = run.check();

  REQUIRE(check.differences.size() == 1);
  CHECK(contains(check.differences[0].message, "the checkpoint holds what the replay ends in"));
  CHECK(contains(text_of(check.findings), "state_after is "));
}

TEST_CASE("every number that a record claims of a stage is held against the samples") {
  const VerifiedRun trained;
  const auto found_with = [&](const auto& change) {
    ShardTask task = trained.whole_task();
    task.from_scratch = false;
    change(task.record->slices[1]);
    return text_of(trained.check(task).findings);
  };

  CHECK(contains(found_with([](SliceRecord& line) { ++line.samples; }),
                 "record shards/0000/shard.json: stage 2: samples is "));
  CHECK(contains(found_with([](SliceRecord& line) { ++line.sample_gradients; }), "stage 2: sample_gradients is "));
  CHECK(contains(found_with([](SliceRecord& line) { ++line.file.bytes; }), "stage 2: bytes is "));
  CHECK(contains(found_with([](SliceRecord& line) { line.live_root = digest_filled_with(9); }),
                 "stage 2: live_root is "));
  CHECK(contains(found_with([](SliceRecord& line) { line.file.digest = digest_filled_with(9); }),
                 "stage 2: file is slice-02-"));
}

TEST_CASE("states that saw a sample which is not live are found by their files and by the replay") {
  VerifiedRun run;
  run.remove_one_of(2);

  const ShardCheck check = run.check();

  const std::string found = text_of(check.findings);
  CHECK(!contains(found, run.slice(1).filename().string()));
  CHECK(contains(found, run.slice(2).filename().string() + ": live is "));
  CHECK(contains(found, run.slice(3).filename().string() + ": live_root is "));
  REQUIRE(check.differences.size() == 2);
  CHECK(check.differences[0].stage.stage == SliceId(2));
}

TEST_CASE("under sequential slicing too, a state that descends from one which saw a deleted sample is found") {
  VerifiedRun run(Slicing::kSequential);
  run.remove_one_of(1);

  const ShardCheck check = run.check();

  // Stage 3 trains on slice 3 alone; the root of all that it saw tells.
  CHECK(contains(text_of(check.findings), run.slice(3).filename().string() + ": live_root is "));
  CHECK(check.differences.size() == 3);
}

TEST_CASE("stages whose deletion is not carried out are reported as stale, and those before them are verified") {
  VerifiedRun run;
  run.remove_one_of(2);
  ShardTask task = run.whole_task();
  task.untainted = 1;

  const ShardCheck check = run.check(task);

  CHECK(kinds(check.findings) == std::vector<std::string>{"stale-shard", "stale-file", "stale-file"});
  CHECK(check.findings[1].file == "shards/0000/" + run.slice(2).filename().string());
  CHECK(check.differences.empty());
  CHECK(check.stages_checked == 1);
}

TEST_CASE("stages under other numerics are not replayed and not refuted") {
  const VerifiedRun run;

  const ShardCheck check = run.check(run.whole_task(), {}, digest_filled_with(0x5b));

  CHECK(check.findings.empty());
  CHECK(check.other_numerics == std::vector<SliceId>{SliceId(1), SliceId(2), SliceId(3)});
  CHECK(check.stages_checked == 0);
}

TEST_CASE("a check puts its replay down when it is told to") {
  const VerifiedRun run;
  ShardHooks now;
  now.stop = [] { return StopRequest::kNow; };
  ShardHooks after;
  after.stop = [] { return StopRequest::kAfterStage; };

  const ShardCheck at_once = run.check(run.whole_task(), now);
  const ShardCheck after_stage = run.check(run.whole_task(), after);
  const ShardCheck after_pick = run.check(only(run, {SliceId(1), SliceId(3)}), after);

  CHECK(!at_once.complete);
  CHECK(at_once.stages_checked < 3);
  CHECK(!after_stage.complete);
  CHECK(after_stage.stages_checked == 1);
  CHECK(!after_pick.complete);
  CHECK(after_pick.stages_checked == 1);
}

TEST_CASE("a task is as large as what it replays") {
  const VerifiedRun run;
  const Partition live = run.live();
  const Device device;
  const Digest fingerprint = digest_filled_with(0x5a);
  const ShardCheckSetting setting{run.path(), run.configuration(), run.seed(), device, fingerprint,
                                  true,       &run.data(),         &live,      true};
  const auto slices = run.record().slices;

  CHECK(task_visits(setting, run.whole_task()) == run.record().sample_gradients());
  CHECK(task_visits(setting, only(run, {SliceId(1), SliceId(3)})) ==
        slices[0].sample_gradients + slices[2].sample_gradients);
  CHECK(task_visits(setting, only(run, {})) == 0);
}
