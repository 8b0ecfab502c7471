// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
// A stage's end is two publications: its slice file, then the record that names it. Whenever the process ends, the
// record names files that are there and whole.
#include <doctest/doctest.h>

#include "framework/core/error.hpp"
#include "shards/checkpoint/shard_record.hpp"
#include "tests/support/faulty_files.hpp"
#include "tests/support/small_slice.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;
using testing::Crash;
using testing::Fault;
using testing::FaultyFiles;

namespace {

constexpr ShardId kShard{3};

/// Ends stage `stage`, with the stages before it on record.
void end_stage(FileSystem& files, const std::filesystem::path& run, std::uint32_t stage) {
  ShardRecord record = read_shard_record(run, kShard).value_or(ShardRecord{});
  SliceFile slice = testing::small_slice();
  slice.provenance.stage = SliceId(stage);
  slice.state.optimizer_step = stage;
  files.make_directory(shard_folder(run, kShard));
  SliceRecord line;
  line.stage = SliceId(stage);
  line.samples = 10;
  line.file = write_slice(files, shard_folder(run, kShard), slice);
  line.model = slice.provenance.state_after;
  record.shard = kShard;
  ++record.generation;
  record.slices.push_back(line);
  write_shard_record(files, run, record);
}

void check_whole(const std::filesystem::path& run, const ShardRecord& record) {
  for (const auto& line : record.slices) {
    const SliceFile slice = read_slice(shard_folder(run, kShard) / line.file.name, line.file.digest);
    CHECK(slice.provenance.stage == line.stage);
    CHECK(slice.provenance.state_after == line.model);
  }
}

std::size_t calls_of_a_stage() {
  const testing::TemporaryFolder run;
  FaultyFiles files(system_files());
  end_stage(files, run.path(), 1);
  return files.calls();
}

}  // namespace

TEST_CASE(
    "a crash at any call of a stage's end leaves a record whose files are there, and the stage can be done again") {
  const std::size_t calls = calls_of_a_stage();
  REQUIRE(calls >= 6);
  for (const Fault::What what : {Fault::kCrashBefore, Fault::kCrashWithin, Fault::kCrashAfter}) {
    for (std::size_t k = 0; k < calls; ++k) {
      for (const bool power_cut : {false, true}) {
        CAPTURE(int{what});
        CAPTURE(k);
        CAPTURE(power_cut);
        const testing::TemporaryFolder run;
        end_stage(system_files(), run.path(), 1);
        FaultyFiles files(system_files(), {.at = k, .what = what});

        CHECK_THROWS_AS(end_stage(files, run.path(), 2), Crash);
        if (power_cut) files.lose_unsynced();
        const auto left = read_shard_record(run.path(), kShard);
        REQUIRE(left.has_value());
        check_whole(run.path(), *left);
        CHECK((left->slices.size() == 1 || left->slices.size() == 2));
        sweep_temporaries(system_files(), shard_folder(run.path(), kShard));
        if (left->slices.size() == 1) end_stage(system_files(), run.path(), 2);

        const auto done = read_shard_record(run.path(), kShard);
        CHECK(done->slices.size() == 2);
        check_whole(run.path(), *done);
        const std::filesystem::directory_iterator entries(shard_folder(run.path(), kShard));
        CHECK(std::distance(entries, std::filesystem::directory_iterator()) == 3);
      }
    }
  }
}

TEST_CASE("a full disk at any call of a stage's end fails it and leaves what was there") {
  for (std::size_t k = 0; k < calls_of_a_stage(); ++k) {
    CAPTURE(k);
    const testing::TemporaryFolder run;
    end_stage(system_files(), run.path(), 1);
    FaultyFiles files(system_files(), {.at = k, .what = Fault::kFail});

    CHECK_THROWS_AS(end_stage(files, run.path(), 2), Failure);

    const auto left = read_shard_record(run.path(), kShard);
    REQUIRE(left.has_value());
    check_whole(run.path(), *left);
    CHECK(sweep_temporaries(system_files(), shard_folder(run.path(), kShard)) == 0);
  }
}
