// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "shards/checkpoint/generation.hpp"
#include "shards/checkpoint/unfinished_files.hpp"
#include "tests/support/faulty_files.hpp"
#include "tests/support/small_run.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;
using namespace expunge::testing;
namespace fs = std::filesystem;

namespace {

constexpr ShardId kShard{0};

/// Shard 0 of a run, three stages trained. Its states are files of a few bytes.
struct Fixture {
  Fixture() {
    fs::create_directories(folder());
    current.shard = kShard;
    current.generation = 3;
    for (std::uint32_t r = 1; r <= 3; ++r) current.slices.push_back(stage(r, "first"));
    write_shard_record(system_files(), run.path(), current);
  }

  [[nodiscard]] fs::path folder() const { return shard_folder(run.path(), kShard); }

  [[nodiscard]] SupersededFile put(const std::string& name, std::uint32_t stage, const std::string& content) const {
    std::ofstream(folder() / name, std::ios::binary) << content;
    return {kShard, SliceId(stage), name, digest_of_bytes(bytes_of(content)), {}, {}};
  }

  [[nodiscard]] SliceRecord stage(std::uint32_t r, const std::string& generation) const {
    const auto file = put("slice-0" + std::to_string(r) + "-" + generation + ".h5", r, generation);
    SliceRecord slice;
    slice.stage = SliceId(r);
    slice.file.name = file.name;
    slice.file.digest = file.digest;
    slice.model = digest_filled_with(r);
    slice.live_root = digest_filled_with(0x40 + r);
    return slice;
  }

  /// The current generation was forgotten approximately: stage 1 exact, 2 and 3 kept with an offset, 4 served.
  void approximate() {
    current.slices.resize(1);
    Approximation& approximation = current.approximation.emplace();
    approximation.method = kMethod;
    approximation.guarantee = "heuristic";
    approximation.batches = {batches};
    current.respects = batches;
    const auto offset = put("offset-01-first.h5", 1, "offset");
    const StoredFile stored{offset.name, offset.digest, 6};
    for (std::uint32_t r = 2; r <= 3; ++r) approximation.tail.push_back({stage(r, "first"), {stored}, {batches}});
    approximation.served = stage(4, "served");
    write_shard_record(system_files(), run.path(), current);
  }

  [[nodiscard]] ShardUnlearning task(std::vector<std::uint64_t> of, std::uint32_t first, std::uint32_t last) const {
    return {kShard, kMethod, std::move(of), SliceId(first), SliceId(last)};
  }

  static constexpr const char* kMethod = "deepobliviate";

  /// A batch that takes one sample from a slice of the shard; and the history with it.
  const History& deletes_from(std::uint32_t slice) {
    BatchAccepted batch;
    batch.batch = ++batches;
    AcceptedRequest request;
    request.id = "r" + std::to_string(batches);
    request.requested = 1;
    request.cells = {{{kShard, SliceId(slice)}, {{batches, batches + 1}}, {}, {}}};
    batch.requests = {std::move(request)};
    journal.append(system_files(), run / "journal.jsonl", {std::move(batch)}, Moment{});
    history.emplace(journal, Key({1, 2}));
    return *history;
  }

  [[nodiscard]] Generations read() const { return read_generations(run.path(), kShard); }

  TemporaryFolder run;
  ShardRecord current;
  std::uint64_t batches = 0;
  Journal journal;
  std::optional<History> history = History(Journal(), Key({1, 2}));
};

std::vector<std::string> names(const std::vector<SupersededFile>& files) {
  std::vector<std::string> names;
  names.reserve(files.size());
  for (const auto& file : files) names.push_back(file.name);
  return names;
}

std::vector<std::string> names(const ShardRecord& record) {
  std::vector<std::string> names;
  for (const auto& slice : record.slices) names.push_back(slice.file.name);
  return names;
}

}  // namespace

TEST_CASE("rolling back makes what never saw the samples current, at once, and leaves no next generation") {
  Fixture shard;
  const History& history = shard.deletes_from(2);
  begin_next_generation(system_files(), shard.run.path(), shard.read(), history);

  roll_back(system_files(), shard.run.path(), shard.read(), history);

  const Generations after = shard.read();
  CHECK_FALSE(after.next);
  CHECK(names(after.current) == std::vector<std::string>{"slice-01-first.h5"});
  CHECK(after.current.respects == 1);
  CHECK(after.current.generation > 3);
  CHECK_FALSE(history.is_stale(after.current));
  CHECK(served_state(after.current) == ServedState{kShard, 1, digest_filled_with(1), digest_filled_with(0x41)});
}

TEST_CASE("a shard whose first slice is touched is rolled back to nothing, and serves nothing") {
  Fixture shard;
  const History& history = shard.deletes_from(1);

  roll_back(system_files(), shard.run.path(), shard.read(), history);

  CHECK(shard.read().current.slices.empty());
  CHECK(served_state(shard.read().current) == ServedState{kShard, 0, {}, {}});
}

TEST_CASE("rolling back keeps what an interrupted retraining has reached") {
  Fixture shard;
  const History& first = shard.deletes_from(2);
  begin_next_generation(system_files(), shard.run.path(), shard.read(), first);
  ShardRecord next = *shard.read().next;
  next.slices.push_back(shard.stage(2, "second"));
  write_shard_record(system_files(), shard.run.path(), next, Generation::kNext);

  const History& second = shard.deletes_from(3);
  roll_back(system_files(), shard.run.path(), shard.read(), second);

  CHECK(names(shard.read().current) == std::vector<std::string>{"slice-01-first.h5", "slice-02-second.h5"});
  CHECK(shard.read().current.respects == 2);
}

TEST_CASE("a retraining that was begun goes on; one that a later batch taints begins anew from what is whole") {
  Fixture shard;
  begin_next_generation(system_files(), shard.run.path(), shard.read(), shard.deletes_from(2));
  ShardRecord next = *shard.read().next;
  next.slices.push_back(shard.stage(2, "second"));
  next.slices.push_back(shard.stage(3, "second"));
  write_shard_record(system_files(), shard.run.path(), next, Generation::kNext);

  begin_next_generation(system_files(), shard.run.path(), shard.read(), *shard.history);
  CHECK(shard.read().next->slices.size() == 3);
  CHECK(shard.read().next->generation == next.generation);

  begin_next_generation(system_files(), shard.run.path(), shard.read(), shard.deletes_from(3));
  CHECK(names(*shard.read().next) == std::vector<std::string>{"slice-01-first.h5", "slice-02-second.h5"});
  CHECK(shard.read().next->respects == 2);
  CHECK(shard.read().current.slices.size() == 3);
}

TEST_CASE("exact work on an approximate shard begins without the approximation, stale or not, and so heals it") {
  Fixture shard;
  (void)shard.deletes_from(2);
  shard.approximate();

  begin_next_generation(system_files(), shard.run.path(), shard.read(), *shard.history);
  const ShardRecord healing = *shard.read().next;
  begin_next_generation(system_files(), shard.run.path(), shard.read(), shard.deletes_from(3));
  const ShardRecord later = *shard.read().next;
  roll_back(system_files(), shard.run.path(), shard.read(), *shard.history);

  for (const auto& record : {healing, later, shard.read().current}) {
    CHECK_FALSE(record.approximation);
    CHECK(names(record) == std::vector<std::string>{"slice-01-first.h5"});
  }
  CHECK_FALSE(shard.read().next);
}

TEST_CASE("an approximate method begins with an approximation under way, and with its batches and those before") {
  Fixture shard;
  (void)shard.deletes_from(2);
  shard.approximate();
  const History& history = shard.deletes_from(2);

  begin_approximate_generation(system_files(), shard.run.path(), shard.read(), history, shard.task({2}, 2, 2),
                               OldStages::kKept);

  const ShardRecord next = *shard.read().next;
  CHECK(names(next) == std::vector<std::string>{"slice-01-first.h5"});
  CHECK(next.respects == 2);
  REQUIRE(next.approximation);
  CHECK(next.approximation->method == Fixture::kMethod);
  CHECK(next.approximation->batches == std::vector<std::uint64_t>{1, 2});
  CHECK(next.approximation->tail.empty());
  CHECK_FALSE(next.approximation->served);
  CHECK(served_state(next) == ServedState{kShard, 0, {}, {}});
}

TEST_CASE("tainted stages before the first touched slice are begun with where the method keeps a trajectory") {
  for (const auto old : {OldStages::kKept, OldStages::kDropped}) {
    Fixture shard;
    (void)shard.deletes_from(2);
    shard.approximate();
    const History& history = shard.deletes_from(3);

    begin_approximate_generation(system_files(), shard.run.path(), shard.read(), history, shard.task({2}, 3, 3), old);

    const auto tail = shard.read().next->approximation->tail;
    if (old == OldStages::kDropped) {
      CHECK(tail.empty());
      continue;
    }
    REQUIRE(tail.size() == 1);
    CHECK(tail[0].slice.file.name == "slice-02-first.h5");
    CHECK(tail[0].offsets.size() == 1);
    CHECK(tail[0].tainted_by == std::vector<std::uint64_t>{1});
  }
}

TEST_CASE(
    "an approximate generation goes on where it was; of one that a later batch taints the untainted stages stay") {
  Fixture shard;
  (void)shard.deletes_from(2);
  shard.approximate();
  begin_approximate_generation(system_files(), shard.run.path(), shard.read(), shard.deletes_from(3),
                               shard.task({2}, 3, 3), OldStages::kKept);
  ShardRecord next = *shard.read().next;
  next.approximation->tail.push_back({shard.stage(3, "second"), {}, {1}});
  next.approximation->tail.push_back({shard.stage(4, "second"), {}, {1}});
  write_shard_record(system_files(), shard.run.path(), next, Generation::kNext);

  begin_approximate_generation(system_files(), shard.run.path(), shard.read(), *shard.history, shard.task({2}, 3, 3),
                               OldStages::kKept);
  CHECK(shard.read().next->generation == next.generation);
  CHECK(shard.read().next->approximation->tail.size() == 3);

  begin_approximate_generation(system_files(), shard.run.path(), shard.read(), shard.deletes_from(4),
                               shard.task({2, 3}, 3, 4), OldStages::kKept);
  const auto tail = shard.read().next->approximation->tail;
  REQUIRE(tail.size() == 2);
  CHECK(tail[1].slice.file.name == "slice-03-second.h5");
  CHECK(shard.read().next->approximation->batches == std::vector<std::uint64_t>{1, 2, 3});
}

TEST_CASE("all that an approximation names is superseded by every batch, and its offsets once") {
  Fixture shard;
  (void)shard.deletes_from(2);
  shard.approximate();

  const auto superseded = newly_superseded(shard.run.path(), shard.read(), *shard.history, SliceId(4));

  CHECK(names(superseded) ==
        std::vector<std::string>{"slice-02-first.h5", "offset-01-first.h5", "slice-03-first.h5", "slice-04-served.h5"});
}

TEST_CASE("what a generation keeps for its approximation is passed over and said to be kept") {
  Fixture shard;
  (void)shard.deletes_from(2);
  shard.approximate();
  const auto superseded = newly_superseded(shard.run.path(), shard.read(), *shard.history, SliceId(1));
  begin_approximate_generation(system_files(), shard.run.path(), shard.read(), shard.deletes_from(3),
                               shard.task({2}, 3, 3), OldStages::kKept);
  publish_next_generation(system_files(), shard.run.path(), kShard);

  const auto fates = erase_files(system_files(), shard.run.path(), superseded);

  std::vector<std::string> told;
  told.reserve(fates.size());
  for (const auto& fate : fates) told.push_back(fate.name + ": " + fate.fate);
  CHECK(told == std::vector<std::string>{"slice-01-first.h5: kept: the same state was trained again",
                                         "slice-02-first.h5: kept (approximate)",
                                         "offset-01-first.h5: kept (approximate)", "slice-03-first.h5: erased",
                                         "slice-04-served.h5: erased"});
}

TEST_CASE("publishing a generation can be done again, and is durable even where an earlier job ended in its middle") {
  Fixture shard;
  begin_next_generation(system_files(), shard.run.path(), shard.read(), shard.deletes_from(2));
  FaultyFiles files(system_files());
  files.rename(shard.folder() / "next.json", shard.folder() / "shard.json");

  publish_next_generation(files, shard.run.path(), kShard);
  files.lose_unsynced();

  CHECK_FALSE(shard.read().next);
  CHECK(shard.read().current.slices.size() == 1);
}

TEST_CASE("superseded are the files of both generations and of the stage under way, each once, by stage") {
  Fixture shard;
  const History& first = shard.deletes_from(2);
  begin_next_generation(system_files(), shard.run.path(), shard.read(), first);
  ShardRecord next = *shard.read().next;
  next.slices.push_back(shard.stage(2, "second"));
  write_shard_record(system_files(), shard.run.path(), next, Generation::kNext);
  const auto progress = shard.put("stage-03-progress.h5", 3, "half of a stage");

  const auto from_first = newly_superseded(shard.run.path(), shard.read(), first, SliceId(1));
  const auto from_third = newly_superseded(shard.run.path(), shard.read(), first, SliceId(3));

  // What the first batch supersedes is listed there.
  CHECK(names(from_first) ==
        std::vector<std::string>{"slice-01-first.h5", "slice-02-second.h5", "stage-03-progress.h5"});
  CHECK(names(from_third) == std::vector<std::string>{"stage-03-progress.h5"});
  CHECK(from_third.at(0) == progress);
}

TEST_CASE("the fate of every file is told: erased, absent, not erased for its links, kept where a record names it") {
  Fixture shard;
  const auto plain = shard.put("slice-02-plain.h5", 2, "plain");
  const auto linked = shard.put("slice-02-linked.h5", 2, "linked");
  const auto twice = shard.put("slice-02-twice.h5", 2, "twice");
  fs::create_hard_link(shard.folder() / linked.name, shard.run / "copy");
  fs::create_hard_link(shard.folder() / twice.name, shard.run / "copy-1");
  fs::create_hard_link(shard.folder() / twice.name, shard.run / "copy-2");
  const SupersededFile gone{kShard, SliceId(3), "slice-03-gone.h5", digest_filled_with(1), {}, {}};
  const SupersededFile named{kShard, SliceId(1), "slice-01-first.h5", digest_of_bytes(bytes_of("first")), {}, {}};

  const auto fates = erase_files(system_files(), shard.run.path(), {plain, linked, twice, gone, named});

  REQUIRE(fates.size() == 5);
  CHECK(fates[0] == FileFate{kShard, plain.name, plain.digest, "erased"});
  CHECK(fates[1].fate == "not erased: 1 hard link");
  CHECK(fates[2].fate == "not erased: 2 hard links");
  CHECK(fates[3].fate == "absent");
  CHECK(fates[4].fate == "kept: the same state was trained again");
  CHECK(fs::exists(shard.folder() / named.name));
  for (const auto* file : {&plain, &linked, &twice}) CHECK_FALSE(fs::exists(shard.folder() / file->name));
}

TEST_CASE("the progress of a stage that was begun anew since is not the file that was superseded") {
  Fixture shard;
  const auto superseded = shard.put("stage-02-progress.h5", 2, "of a deleted sample");
  (void)shard.put("stage-02-progress.h5", 2, "without it");

  const auto fates = erase_files(system_files(), shard.run.path(), {superseded});

  CHECK(fates.at(0).fate == "absent");
  CHECK(fs::exists(shard.folder() / "stage-02-progress.h5"));
}

TEST_CASE("a file that an earlier job unlinked and had no time to sync does not come back with the power") {
  Fixture shard;
  const auto file = shard.put("slice-02-plain.h5", 2, "plain");
  FaultyFiles files(system_files());
  files.unlink(shard.folder() / file.name);

  const auto fates = erase_files(files, shard.run.path(), {file});
  files.lose_unsynced();

  CHECK(fates.at(0).fate == "absent");
  CHECK_FALSE(fs::exists(shard.folder() / file.name));
}

TEST_CASE("files that an approximation names are no leftovers, and an offset that none names is one") {
  Fixture shard;
  (void)shard.deletes_from(2);
  shard.approximate();
  auto expected = names_of(shard.current);
  (void)shard.put("offset-02-unnamed.h5", 2, "left");

  CHECK(remove_unfinished_files(system_files(), shard.run.path(), kShard, {}) == 1);

  CHECK(names_in(shard.folder()) == expected);
}

TEST_CASE("what a killed job left in a shard's folder goes, and what is on record, under way or promised stays") {
  Fixture shard;
  for (const auto* name : {"slice-02-unnamed.h5", "stage-02-progress.h5", ".slice-02-x.h5.tmp-17-0"})
    (void)shard.put(name, 2, "left");
  (void)shard.put("stage-03-progress.h5", 3, "under way");
  (void)shard.put("slice-03-promised.h5", 3, "promised");
  auto expected = names_of(shard.current);
  expected.insert({"stage-03-progress.h5", "slice-03-promised.h5"});

  CHECK(remove_unfinished_files(system_files(), shard.run.path(), kShard, {SliceId(3)}, {"slice-03-promised.h5"}) == 3);

  CHECK(names_in(shard.folder()) == expected);
  CHECK(remove_unfinished_files(system_files(), shard.run.path(), ShardId(1), {}) == 0);
}
