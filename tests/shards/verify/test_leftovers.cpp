// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "shards/verify/leftovers.hpp"
#include "tests/shards/journal/journal_file.hpp"
#include "tests/shards/verify/verified_run.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

using Names = std::vector<std::string>;

/// What is left in the folder of shard 0.
Leftovers leftovers_of(const VerifiedRun& run, std::vector<SupersededFile> superseded = {}, bool deletions = true) {
  ShardTask task = run.whole_task();
  const auto sets = stage_sets(run.data(), run.live(), VerifiedRun::kShard, run.configuration(), run.seed());
  return folder_leftovers({run.path(), VerifiedRun::kShard, &*task.record, sets, task.untainted, deletions,
                           task.approximating, superseded});
}

Names files(const std::vector<Finding>& findings) {
  Names names;
  for (const auto& finding : findings) names.push_back(finding.what + " " + finding.file);
  return names;
}

/// Trains until the stage's progress is kept, and stops.
void stop_within(const VerifiedRun& run, std::uint32_t stage) {
  ShardRecord record = run.record();
  record.slices.resize(stage - 1);
  write_shard_record(system_files(), run.path(), record);
  ShardHooks hooks;
  hooks.stop = [] { return StopRequest::kNow; };
  (void)testing::train_shard(run.context(), VerifiedRun::kShard, run.data(), hooks);
}

}  // namespace

TEST_CASE("a shard's folder that holds what is on record has no leftovers") {
  const VerifiedRun run;

  const Leftovers left = leftovers_of(run);

  CHECK(left.findings.empty());
  CHECK(left.unfinished.empty());
}

TEST_CASE("a file that nothing names is found wherever it lies") {
  const VerifiedRun run;
  put_text(run.folder() / "notes.txt", "x");
  std::filesystem::create_directory(run.folder() / "old");
  put_text(run.folder() / "old" / "slice-01.h5", "x");
  std::filesystem::create_symlink(run.slice(1), run.folder() / "slice-09-link.h5");

  CHECK(files(leftovers_of(run).findings) == Names{"unknown-file shards/0000/notes.txt",
                                                   "unknown-file shards/0000/old/slice-01.h5",
                                                   "unknown-file shards/0000/slice-09-link.h5"});
}

TEST_CASE("a checkpoint put back that saw a sample which is deleted by now is stale") {
  VerifiedRun run;
  const std::string old_name = run.slice(3).filename().string();
  const Bytes old = read_file(run.slice(3));
  run.remove_one_of(2);
  run.train(true);
  put_bytes(run.folder() / old_name, old);

  const Leftovers left = leftovers_of(run);

  CHECK(files(left.findings) == Names{"stale-file shards/0000/" + old_name});
  CHECK(contains(left.findings[0].message, "other samples"));
}

TEST_CASE("a copy of a checkpoint on record under another name should be gone") {
  const VerifiedRun run;
  put_bytes(run.folder() / "slice-02-0123456789abcdef.h5", read_file(run.slice(2)));

  CHECK(files(leftovers_of(run).findings) == Names{"stale-file shards/0000/slice-02-0123456789abcdef.h5"});
}

TEST_CASE("the slice file of a job that ended before it wrote the record is unfinished, not stale") {
  VerifiedRun run;
  const std::string last = run.slice(3).filename().string();
  ShardRecord record = run.record();
  record.slices.pop_back();
  run.put(record);

  const Leftovers left = leftovers_of(run);

  CHECK(left.findings.empty());
  CHECK(left.unfinished == Names{"shards/0000/" + last});
}

TEST_CASE("a stage's progress is unfinished, and stale once one of its samples is deleted") {
  VerifiedRun run;
  stop_within(run, 3);
  const Leftovers before = leftovers_of(run);
  run.remove_one_of(3);
  const Leftovers after = leftovers_of(run);

  CHECK(files(before.findings) == Names{});
  CHECK(before.unfinished == Names{"shards/0000/stage-03-progress.h5"});
  CHECK(files(after.findings) == Names{"stale-file shards/0000/stage-03-progress.h5"});
}

TEST_CASE("under sequential slicing, progress that descends from a state which saw a deleted sample is stale") {
  VerifiedRun run(Slicing::kSequential);
  stop_within(run, 3);
  const Bytes progress = read_file(run.folder() / "stage-03-progress.h5");
  run.remove_one_of(1);
  run.train(true);
  stop_within(run, 3);
  put_bytes(run.folder() / "stage-03-progress.h5", progress);

  CHECK(files(leftovers_of(run).findings) == Names{"stale-file shards/0000/stage-03-progress.h5"});
}

TEST_CASE("what can't be read may have seen anything once there were deletions") {
  const VerifiedRun run;
  put_text(run.folder() / "stage-02-progress.h5", "cut");
  put_text(run.folder() / ".slice-02-0123456789abcdef.h5.tmp-12-0", "cut");
  put_text(run.folder() / ".shard.json.tmp-12-1", "{");

  const Leftovers without = leftovers_of(run, {}, false);
  const Leftovers with = leftovers_of(run, {}, true);

  CHECK(without.findings.empty());
  CHECK(without.unfinished.size() == 3);
  CHECK(files(with.findings) == Names{"stale-file shards/0000/.slice-02-0123456789abcdef.h5.tmp-12-0",
                                      "stale-file shards/0000/stage-02-progress.h5"});
  CHECK(with.unfinished == Names{"shards/0000/.shard.json.tmp-12-1"});
}

TEST_CASE("a generation that is being retrained is unfinished, and stale where it saw a deleted sample") {
  VerifiedRun run;
  ShardRecord whole = run.record();
  ShardRecord rolled_back = whole;
  rolled_back.slices.resize(1);
  run.put(rolled_back);
  run.put(whole, Generation::kNext);

  const Leftovers before = leftovers_of(run);
  run.remove_one_of(3);
  const Leftovers after = leftovers_of(run);

  const std::string second = "shards/0000/" + whole.slices[1].file.name;
  const std::string third = "shards/0000/" + whole.slices[2].file.name;
  CHECK(before.findings.empty());
  CHECK(before.unfinished == Names{"shards/0000/next.json", second, third});
  CHECK(files(after.findings) == Names{"stale-file " + third});
  CHECK(after.unfinished == Names{"shards/0000/next.json", second});
}

TEST_CASE("a next generation that can't be read is named") {
  const VerifiedRun run;
  put_text(run.folder() / "next.json", "{");

  CHECK(files(leftovers_of(run).findings) == Names{"record shards/0000/next.json"});
}

TEST_CASE("a file that a completed deletion superseded must be gone, unless the same file is on record again") {
  VerifiedRun run;
  const ShardRecord record = run.record();
  const auto superseded = [&](std::uint32_t stage, const std::string& name, const Digest& digest) {
    return SupersededFile{VerifiedRun::kShard, SliceId(stage), name, digest, {}, {}};
  };
  put_text(run.folder() / "slice-03-abcdefabcdefabcd.h5", "x");
  stop_within(run, 3);
  put_bytes(run.folder() / record.slices[2].file.name, {});
  const auto progress = run.folder() / "stage-03-progress.h5";

  const Leftovers left =
      leftovers_of(run, {superseded(2, record.slices[1].file.name, record.slices[1].file.digest),
                         superseded(3, "slice-03-gone.h5", {}), superseded(3, record.slices[2].file.name, {}),
                         superseded(3, progress.filename().string(), digest_filled_with(1))});
  const Leftovers same_progress =
      leftovers_of(run, {superseded(3, progress.filename().string(), digest_of_bytes(read_file(progress)))});

  CHECK(files(left.findings) == Names{"stale-file shards/0000/" + record.slices[2].file.name});
  CHECK(contains(left.findings[0].message, "the journal says that it saw samples of a deletion that is completed"));
  CHECK(left.unfinished == Names{"shards/0000/stage-03-progress.h5"});
  CHECK(contains(text_of(same_progress.findings), "stage-03-progress.h5: the journal says"));
}

TEST_CASE("what an approximation names is on record, and an offset that nothing names should be gone") {
  VerifiedRun run(Slicing::kSequential);
  run.remove_one_of(2);
  run.approximate(read_slice(run.slice(3), std::nullopt).state);
  const ShardRecord record = run.record();
  const std::string offset = record.approximation->tail[0].offsets[0].name;
  const SupersededFile kept{VerifiedRun::kShard,
                            SliceId(2),
                            record.approximation->tail[0].slice.file.name,
                            record.approximation->tail[0].slice.file.digest,
                            {},
                            {}};

  const Leftovers on_record = leftovers_of(run, {kept});
  put_bytes(run.folder() / "offset-02-0123456789abcdef.h5", read_file(run.folder() / offset));
  const Leftovers another = leftovers_of(run, {kept});

  CHECK(files(on_record.findings) == Names{});
  CHECK(on_record.unfinished.empty());
  CHECK(files(another.findings) == Names{"stale-file shards/0000/offset-02-0123456789abcdef.h5"});
}

TEST_CASE("what an approximate method made and no record names is stale, whatever samples it says it is for") {
  VerifiedRun run(Slicing::kSequential);
  run.remove_one_of(3);
  run.approximate(read_slice(run.slice(3), std::nullopt).state);
  ShardRecord record = run.record();
  const std::string served = record.approximation->served->file.name;
  record.slices.push_back(record.approximation->tail[0].slice);
  record.approximation.reset();
  run.put(record);

  const Leftovers left = leftovers_of(run);

  CHECK(contains(text_of(left.findings), "stale-file shards/0000/" + served + ": no record names it: '" +
                                             std::string(VerifiedRun::kMethod) + "' made it"));
}

TEST_CASE("what a pending approximate method keeps in the next generation is unfinished, and stale without a batch") {
  VerifiedRun run(Slicing::kSequential);
  run.remove_one_of(2);
  run.approximate(read_slice(run.slice(3), std::nullopt).state);
  const ShardRecord next = run.record();
  ShardRecord rolled_back = next;
  rolled_back.approximation.reset();
  run.put(rolled_back);
  run.put(next, Generation::kNext);
  ShardTask task = run.whole_task();
  const auto look = [&](bool approximating) {
    const auto sets = run.sets();
    return folder_leftovers(
        {run.path(), VerifiedRun::kShard, &*task.record, sets, task.untainted, true, approximating, {}});
  };

  const Leftovers pending = look(true);
  const Leftovers nothing_pending = look(false);

  CHECK(files(pending.findings) == Names{});
  CHECK(pending.unfinished.size() == 4);
  CHECK(nothing_pending.unfinished == Names{"shards/0000/next.json"});
  CHECK(nothing_pending.findings.size() == 3);
  for (const auto& finding : nothing_pending.findings) CHECK(finding.what == "stale-file");
}

TEST_CASE("a comparison's workspace is unfinished while the journal is as when it began, and stale later") {
  const VerifiedRun run;
  const auto folder = run.path() / "comparison";
  std::filesystem::create_directories(folder / "exact" / "shards");
  const JournalHead head{3, digest_filled_with(0x13)};
  const auto begun_at = [&](int version, std::uint64_t length, const Digest& hash) {
    put_text(folder / "comparison.json",
             R"({"format":"expunge-comparison","format_version":)" + std::to_string(version) + R"(,"journal_length":)" +
                 std::to_string(length) + R"(,"journal_head":")" + hash.hex() + R"(","more":1})");
    return run_leftovers(run.path(), 2, head);
  };

  const Leftovers unnamed = run_leftovers(run.path(), 2, head);
  const Leftovers now = begun_at(1, 3, head.hash);

  CHECK(files(unnamed.findings) == Names{"stale-file comparison"});
  CHECK(contains(unnamed.findings[0].message, "may have seen samples that were deleted since"));
  CHECK(now.findings.empty());
  CHECK(now.unfinished == Names{"comparison"});
  CHECK(files(begun_at(1, 2, head.hash).findings) == Names{"stale-file comparison"});
  CHECK(files(begun_at(1, 3, digest_filled_with(0x12)).findings) == Names{"stale-file comparison"});
  CHECK(files(begun_at(2, 3, head.hash).findings) == Names{"stale-file comparison"});
  put_text(folder / "comparison.json", "{");
  CHECK(files(run_leftovers(run.path(), 2, head).findings) == Names{"stale-file comparison"});
}

TEST_CASE("a run directory holds its own files, its shards' folders and logs, and nothing else") {
  const VerifiedRun run;
  for (const auto* name : {"manifest.json", "journal.jsonl", "lock", "halt", "evaluation.json", "verification.json"})
    put_text(run.path() / name, "x");
  std::filesystem::create_directories(run.path() / "logs" / "old");
  put_text(run.path() / "logs" / "old" / "rank-0000.log", "x");
  put_text(run.path() / ".manifest.json.tmp-1-2", "x");
  const Leftovers before = run_leftovers(run.path(), 2, {});
  std::filesystem::create_directories(run.path() / "shards" / "0002");
  put_text(run.path() / "shards" / "0002" / "slice-01-0123456789abcdef.h5", "x");
  put_text(run.path() / "shards" / "list.txt", "x");
  put_text(run.path() / "answers.csv", "x");
  const Leftovers after = run_leftovers(run.path(), 2, {});

  CHECK(before.findings.empty());
  CHECK(before.unfinished == Names{".manifest.json.tmp-1-2"});
  CHECK(files(after.findings) == Names{"unknown-file answers.csv",
                                       "unknown-file shards/0002/slice-01-0123456789abcdef.h5",
                                       "unknown-file shards/list.txt"});
}

TEST_CASE("what a journal says of superseded files is heard once their batch is completed") {
  TemporaryFolder folder;
  Journal journal;
  auto entries = all_kinds();
  const JournalEntry completed = entries.back();
  entries.pop_back();
  journal.append(system_files(), folder / "journal.jsonl", entries, kFirstOfMarch);
  const auto before = superseded_for_good(journal, ShardId(1));
  journal.append(system_files(), folder / "journal.jsonl", {completed}, kFirstOfMarch);
  const auto after = superseded_for_good(journal, ShardId(1));

  CHECK(std::holds_alternative<BatchCompleted>(completed));
  CHECK(before.empty());
  REQUIRE(after.size() == 1);
  CHECK(after[0].name == "stage-03-progress.h5");
  CHECK(superseded_for_good(journal, ShardId(2)).empty());
}

TEST_CASE(
    "what a journal says could not be erased is repeated, whether it was forgotten at once or after a retraining") {
  TemporaryFolder folder;
  Journal journal;
  const auto fate = [](const char* name, const char* what) {
    return FileFate{ShardId(1), name, digest_filled_with(0x34), what};
  };
  BatchForgotten forgotten;
  forgotten.batches = {1};
  forgotten.files = {fate("slice-02-a.h5", "not erased: 1 hard links"), fate("slice-03-b.h5", "erased")};
  BatchRetrained retrained;
  retrained.batches = {1};
  const BatchErased erased{{1}, {fate("slice-04-c.h5", "absent"), fate("slice-04-d.h5", "not erased: 3 hard links")}};
  journal.append(system_files(), folder / "journal.jsonl",
                 {small_batch(), forgotten, retrained, BatchPublished{{1}, {}}, erased}, kFirstOfMarch);

  CHECK(not_erased(journal) == Names{"shards/0001/slice-02-a.h5: not erased: 1 hard links",
                                     "shards/0001/slice-04-d.h5: not erased: 3 hard links"});
}
