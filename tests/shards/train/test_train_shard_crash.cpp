// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
// The process ends, or the disk is full, at every single call that changes a file.
#include <doctest/doctest.h>

#include "framework/core/error.hpp"
#include "tests/support/faulty_files.hpp"
#include "tests/support/small_run.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

const Key kSeed({51, 0});
constexpr ShardId kShard{0};

struct Case {
  MemoryDataset data = make_samples(20, {{9}, 3, FeatureType::kF32, false}, 9);
  TrainingConfiguration configuration;
};

/// Few steps, but momentum, batch norm and dropout among what must survive. A progress file after each of them.
Case small_case() {
  Case made;
  made.configuration = small_configuration(made.data, "mlp:hidden=4,norm=batch,dropout=0.3", 1, 2);
  made.configuration.epoch_millionths = 1'500'000;
  made.configuration.batch_size = 6;
  return made;
}

std::size_t calls_of_a_training(const Case& made) {
  const TemporaryFolder run;
  FaultyFiles files(system_files());
  (void)testing::train_shard(small_context(run.path(), made.configuration, kSeed, files), kShard, made.data);
  return files.calls();
}

void check_finishes(const TemporaryFolder& run, const Case& made) {
  const ShardOutcome outcome =
      testing::train_shard(small_context(run.path(), made.configuration, kSeed), kShard, made.data);

  CHECK(outcome.complete);
  const auto expected = digests_in_memory(made.configuration, kSeed, kShard, made.data);
  CHECK((digests_of(outcome.record) == std::vector<Digest>(expected.begin() + 1, expected.end())));
  // What is on disk is what the record names, and nothing else: no state that nobody knows of.
  CHECK(names_in(shard_folder(run.path(), kShard)) == names_of(outcome.record));
}

}  // namespace

TEST_CASE("whenever the process ends, the next one ends at the same bits and leaves nothing behind") {
  const Case made = small_case();
  const std::size_t calls = calls_of_a_training(made);
  REQUIRE(calls > 20);
  for (const Fault::What what : {Fault::kCrashBefore, Fault::kCrashWithin, Fault::kCrashAfter})
    for (std::size_t k = 0; k < calls; ++k)
      for (const bool power_cut : {false, true}) {
        CAPTURE(int{what});
        CAPTURE(k);
        CAPTURE(power_cut);
        const TemporaryFolder run;
        FaultyFiles files(system_files(), {.at = k, .what = what});
        const ShardContext context = small_context(run.path(), made.configuration, kSeed, files);

        CHECK_THROWS_AS((void)testing::train_shard(context, kShard, made.data), Crash);
        if (power_cut) files.lose_unsynced();

        check_finishes(run, made);
      }
}

TEST_CASE("a full disk at any call is told, and once there is room the training ends at the same bits") {
  const Case made = small_case();
  const std::size_t calls = calls_of_a_training(made);
  for (std::size_t k = 0; k < calls; ++k) {
    CAPTURE(k);
    const TemporaryFolder run;
    FaultyFiles files(system_files(), {.at = k, .what = Fault::kFail});
    const ShardContext context = small_context(run.path(), made.configuration, kSeed, files);

    CHECK_THROWS_WITH_AS((void)testing::train_shard(context, kShard, made.data), doctest::Contains("No space left"),
                         Failure);

    check_finishes(run, made);
  }
}
