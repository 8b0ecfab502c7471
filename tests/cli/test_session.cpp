// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "framework/comm/launch_position.hpp"
#include "framework/core/error.hpp"
#include "launcher/process/environment.hpp"

using namespace expunge;

// MPI starts once in a process: one test case.
TEST_CASE("ranks of a launch share a session, and one that fails takes all to its code") {
  Session session({.level = log::Level::kError});
  const auto launch = launch_position();

  CHECK(session.comm().name() == "mpi");
  CHECK(session.comm().size() == launch.ranks);
  CHECK(session.comm().rank() == launch.rank);
  CHECK(run_together(session, [] { return Exit::kDone; }) == Exit::kDone);
  const int last = launch.ranks - 1;
  CHECK(run_together(session, [&]() -> Exit {
          if (launch.rank == last) throw Stopped("as the test wants");
          return Exit::kDone;
        }) == Exit::kStopped);
}
