// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
// An approximation never passes for exact: among requests that are carried out by either, every stage that a shard's
// record calls exact has the bits of a fresh training without the samples, and exact unlearning brings them all back.
#include <doctest/doctest.h>

#include "tests/support/forgetting_run.hpp"
#include "tests/support/random_training.hpp"
#include "tests/support/rounds.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

constexpr ShardId kShard = ForgettingRun::kShard;

RandomTraining sequential_training(Choices& choices) {
  RandomTraining t = random_training(choices);
  t.configuration.slicing = Slicing::kSequential;
  t.configuration.shards = 1;
  t.configuration.slices = 6;
  t.configuration.weight_decay = 0.2;  // what was forgotten decays
  return t;
}

void check_exact_stages(const ForgettingRun& run) {
  const ShardRecord record = run.record();
  const auto fresh = digests_in_memory(run.configuration(), run.seed(), kShard, run.live_data());
  for (const auto& slice : record.slices) {
    CAPTURE(slice.stage.value());
    CHECK(slice.model == fresh[slice.stage.value()]);
    const SliceFile file = read_slice(run.folder() / slice.file.name, slice.file.digest);
    CHECK(file.provenance.approximation.empty());
  }
  for (const auto& file : names_in(run.folder())) CHECK(names_of(record).contains(file));
  if (record.approximation) return;
  CHECK(record.slices.size() == run.configuration().slices);
}

/// A request for some samples of one slice or two that have any. False where none is left.
bool accept_one(ForgettingRun& run, Choices& choices) {
  std::vector<std::uint32_t> slices;
  for (std::uint64_t tries = 0; tries < 20 && slices.empty(); ++tries) {
    const auto slice = static_cast<std::uint32_t>(1 + choices.below(run.configuration().slices));
    if (!run.ids_in(slice).empty()) slices.push_back(slice);
  }
  if (slices.empty()) return false;
  if (const auto other = static_cast<std::uint32_t>(1 + choices.below(run.configuration().slices));
      choices.below(3) == 0 && other != slices.front() && !run.ids_in(other).empty())
    slices.push_back(other);
  run.accept(slices, 1 + choices.below(4));
  return true;
}

}  // namespace

TEST_CASE("whatever is forgotten by which method, what is called exact is, and healing brings every stage back") {
  std::uint64_t approximate = 0;
  std::uint64_t healed = 0;
  const std::uint64_t number = testing::rounds(15, 40);
  for (std::uint64_t round = 0; round < number; ++round) {
    Choices choices(9000 + round);
    const RandomTraining t = sequential_training(choices);
    INFO("round ", round, ": ", t.text());
    ForgettingRun run(t.data, t.configuration, t.seed);
    for (std::uint64_t request = 0; request < 5; ++request) {
      CAPTURE(request);
      if (!accept_one(run, choices)) break;
      const bool exactly = choices.below(4) == 0;
      const bool was_approximate = run.record().approximation.has_value();

      if (exactly)
        (void)run.forget_exactly();
      else
        (void)run.forget(choices.one_of<std::string>({"deepobliviate:epsilon=1000,least-points=2",
                                                      "deepobliviate:epsilon=0.05,least-points=2,normalise=none",
                                                      "deepobliviate:epsilon=0"}));

      check_exact_stages(run);
      const bool is_approximate = run.record().approximation.has_value();
      approximate += is_approximate ? 1 : 0;
      healed += was_approximate && !is_approximate ? 1 : 0;
      if (exactly) CHECK_FALSE(is_approximate);
    }

    (void)run.forget_exactly();

    CHECK_FALSE(run.record().approximation);
    check_exact_stages(run);
  }
  // Both happen.
  CHECK(approximate > number / 2);
  CHECK(healed > number / 8);
}
