// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "framework/comm/launch_position.hpp"
#include "framework/comm/mpi_communicator.hpp"
#include "framework/core/error.hpp"
#include "tests/framework/comm/communicator_checks.hpp"
#include "tests/mpi/mpi_world.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

double milliseconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

/// Computes for `span` without a call to MPI.
void compute_for(std::chrono::milliseconds span) {
  const auto begin = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - begin < span) {
  }
}

}  // namespace

TEST_CASE("ranks that are processes keep every promise of a communicator") {
  CHECK(mpi_world().name() == "mpi");
  for (const auto& check : kCommunicatorChecks) {
    SUBCASE(check.name) {
      check.run(mpi_world());
    }
  }
}

TEST_CASE("messages too long for one call go in pieces and arrive whole") {
  for (const std::size_t largest : {1, 7, 24}) {
    const auto comm = mpi_environment().world(largest);
    for (const auto& check : kCommunicatorChecks) check.run(*comm);
  }
}

TEST_CASE("messages of no bytes and of more than MPI counts are bugs") {
  CHECK_THROWS_AS((void)mpi_environment().world(0), Bug);
  CHECK_THROWS_AS((void)mpi_environment().world(MpiEnvironment::kLargestMessage + 1), Bug);
}

TEST_CASE("a rank draws from the board while rank 0 computes and calls nothing") {
  Communicator& comm = mpi_world();
  const auto board = comm.make_board(2);
  comm.barrier();
  double slowest = 0;

  if (comm.is_root()) {
    compute_for(std::chrono::milliseconds(1500));
  } else {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    for (int i = 0; i < 20; ++i) {
      const auto begin = std::chrono::steady_clock::now();
      board->fetch_add(0, 1);
      board->raise(1, comm.rank());
      (void)board->read(1);
      slowest = std::max(slowest, milliseconds_since(begin));
    }
  }
  comm.barrier();

  CHECK(slowest < 100);
  CHECK(board->read(0) == 20 * (comm.size() - 1));
}

TEST_CASE("each world is apart from the others") {
  const auto first = mpi_environment().world();
  const auto second = mpi_environment().world();
  const auto board = first->make_board(1);

  board->fetch_add(0, 1);
  first->barrier();
  second->barrier();

  CHECK(board->read(0) == first->size());
}

TEST_CASE("an error of MPI becomes a failure in its own words") {
  constexpr int kSomeError = 1;
  CHECK_NOTHROW(mpi_check(0, "MPI_Bcast"));
  std::string said;
  try {
    mpi_check(kSomeError, "MPI_Bcast");
  } catch (const Failure& failure) {
    said = failure.what();
  }
  CHECK(said.starts_with("MPI_Bcast failed: MPI_ERR"));
}

TEST_CASE("a second initialisation of MPI in one process is a bug") {
  CHECK_THROWS_AS(MpiEnvironment{}, Bug);
}

TEST_CASE("the launcher's variables tell what MPI tells") {
  const LaunchPosition position = launch_position();

  CHECK(position.launched);
  CHECK(position.rank == mpi_world().rank());
  CHECK(position.ranks == mpi_world().size());
  CHECK(position.local_rank < position.ranks);
}
