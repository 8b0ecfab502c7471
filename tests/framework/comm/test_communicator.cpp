// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <stdexcept>

#include <doctest/doctest.h>

#include "framework/comm/communicator.hpp"
#include "tests/framework/comm/communicator_checks.hpp"
#include "tests/support/thread_communicator.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

std::string failure_of(int ranks, const std::function<void(Communicator&)>& work) {
  try {
    run_on_threads(ranks, work);
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

}  // namespace

TEST_CASE("one rank alone keeps every promise of a communicator") {
  const auto comm = make_self_communicator();
  CHECK(comm->name() == "self");
  CHECK(comm->size() == 1);
  for (const auto& check : kCommunicatorChecks) {
    SUBCASE(check.name) {
      check.run(*comm);
    }
  }
}

TEST_CASE("ranks that are threads keep every promise of a communicator") {
  for (const int ranks : {1, 2, 3, 5, 16}) {
    CAPTURE(ranks);
    run_on_threads(ranks, [&](Communicator& comm) {
      CHECK(comm.name() == "threads");
      CHECK(comm.size() == ranks);
      for (const auto& check : kCommunicatorChecks) check.run(comm);
    });
  }
}

TEST_CASE("a rank that throws releases the others and its own error is what the caller sees") {
  std::atomic<int> released{0};

  const std::string said = failure_of(4, [&](Communicator& comm) {
    comm.barrier();
    if (comm.rank() == 2) throw Failure("cannot open shard 2");
    try {
      comm.barrier();
    } catch (const Failure& error) {
      released += std::string(error.what()).find("rank 2 ended by an error") != std::string::npos ? 1 : 0;
      throw;
    }
  });

  CHECK(said == "cannot open shard 2");
  CHECK(released == 3);
}

TEST_CASE("of several errors the lowest rank's is rethrown, whatever its type") {
  CHECK_THROWS_WITH_AS(run_on_threads(3,
                                      [](Communicator& comm) {
                                        comm.barrier();
                                        if (comm.rank() > 0)
                                          throw std::out_of_range("rank " + std::to_string(comm.rank()));
                                      }),
                       "rank 1", std::out_of_range);
}

TEST_CASE("a rank that goes home early is told of by those that wait for it") {
  const std::string said = failure_of(2, [](Communicator& comm) {
    if (comm.rank() == 0) comm.barrier();
  });

  CHECK(said == "barrier can't be completed: rank 1 ended without it");
}

TEST_CASE("ranks that do different things together are told so") {
  const std::string said = failure_of(2, [](Communicator& comm) {
    std::vector<std::int64_t> values(comm.rank() == 0 ? 2 : 3);
    comm.sum(std::span(values));
  });

  CHECK(said.find("rank 0 calls sum of 2 values, rank 1 calls sum of 3 values") != std::string::npos);
}

TEST_CASE("no ranks at all are refused") {
  CHECK_THROWS_AS(run_on_threads(0, [](Communicator&) {}), UsageError);
}
