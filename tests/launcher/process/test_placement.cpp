// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "launcher/process/placement.hpp"
#include "tests/support/thread_communicator.hpp"

using namespace expunge;

TEST_CASE("processors are told as ranges") {
  CHECK(cpu_list({}).empty());
  CHECK(cpu_list({3}) == "3");
  CHECK(cpu_list({0, 1, 2, 3, 8}) == "0-3,8");
  CHECK(cpu_list({0, 2, 3}) == "0,2-3");
}

TEST_CASE("a rank's number on its node counts the ranks before it on the same host") {
  const std::vector<Placement> placements{{"a", {}}, {"b", {}}, {"a", {}}, {"b", {}}, {"a", {}}};

  CHECK(local_rank_of(placements, 0) == 0);
  CHECK(local_rank_of(placements, 1) == 0);
  CHECK(local_rank_of(placements, 3) == 1);
  CHECK(local_rank_of(placements, 4) == 2);
}

TEST_CASE("every rank learns where all ranks run") {
  const auto mine = this_placement();
  CHECK_FALSE(mine.host.empty());

  run_on_threads(2, [&](Communicator& comm) {
    const auto all = gather_placements(comm);
    REQUIRE(all.size() == 2);
    CHECK(all[1].host == mine.host);
    CHECK(all[1].cpus == mine.cpus);
  });
}
