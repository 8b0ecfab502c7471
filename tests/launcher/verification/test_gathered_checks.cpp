// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "launcher/verification/gathered_checks.hpp"
#include "tests/support/thread_communicator.hpp"

using namespace expunge;

TEST_CASE("what ranks found arrives whole on every rank, by shard, whoever found it") {
  const auto check_of = [](std::uint32_t shard) {
    ShardCheck check;
    check.shard = ShardId(shard);
    check.findings = {{"stale-file", "shards/0000/x", "ä \"quoted\"\n"}};
    check.unfinished = {"shards/0000/next.json"};
    check.differences = {{{check.shard, SliceId(2)}, "shards/0000/y", "parameters/w: 1 here"}};
    check.other_numerics = {SliceId(3)};
    if (shard > 0)
      check.approximation = ApproximateShard{.shard = check.shard,
                                             .method = "finetune:epochs=2",
                                             .guarantee = "heuristic",
                                             .batches = {1, 4},
                                             .kept_files = {"shards/0000/offset-02-a.h5"}};
    if (shard == 2) check.approximation->distance = ParameterDistance{0.1, std::numeric_limits<double>::infinity(), 3};
    check.stages_checked = shard + 1;
    check.sample_gradients = 1'000'000'007;
    check.complete = shard == 1;
    return check;
  };

  std::vector<std::vector<ShardCheck>> gathered(2);
  run_on_threads(2, [&](Communicator& comm) {
    std::vector<ShardCheck> mine;
    if (comm.rank() == 0) mine = {check_of(2), check_of(0)};
    if (comm.rank() == 1) mine = {check_of(1)};
    gathered[static_cast<std::size_t>(comm.rank())] = gather_checks(comm, mine);
  });

  for (const auto& all : gathered) {
    REQUIRE(all.size() == 3);
    for (std::uint32_t k = 0; k < 3; ++k) {
      const ShardCheck expected = check_of(k);
      CHECK(all[k].shard == expected.shard);
      CHECK(all[k].findings == expected.findings);
      CHECK(all[k].unfinished == expected.unfinished);
      CHECK(all[k].differences == expected.differences);
      CHECK(all[k].other_numerics == expected.other_numerics);
      CHECK(all[k].approximation.has_value() == expected.approximation.has_value());
      if (expected.approximation) {
        CHECK(all[k].approximation->shard == expected.shard);
        CHECK(all[k].approximation->method == expected.approximation->method);
        CHECK(all[k].approximation->guarantee == expected.approximation->guarantee);
        CHECK(all[k].approximation->batches == expected.approximation->batches);
        CHECK(all[k].approximation->kept_files == expected.approximation->kept_files);
        CHECK(all[k].approximation->distance.has_value() == (k == 2));
      }
      if (k == 2) {
        CHECK(all[k].approximation->distance->l2 == 0.1);
        CHECK(std::isinf(all[k].approximation->distance->relative));
        CHECK(all[k].approximation->distance->largest == 3.0);
      }
      CHECK(all[k].stages_checked == expected.stages_checked);
      CHECK(all[k].sample_gradients == expected.sample_gradients);
      CHECK(all[k].complete == expected.complete);
    }
  }
}
