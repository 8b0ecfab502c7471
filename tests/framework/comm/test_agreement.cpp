// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cerrno>
#include <new>
#include <stdexcept>
#include <system_error>

#include <doctest/doctest.h>

#include "framework/comm/agreement.hpp"
#include "tests/support/thread_communicator.hpp"

using namespace expunge;

namespace {

template <class Thrown>
Outcome outcome_of_throwing(const Thrown& thrown) {
  return outcome_of([&] { throw thrown; });
}

/// What all of four ranks agree on, each with an outcome of its own; every rank must say the same.
Outcome agreed_by(const std::array<Outcome, 4>& outcomes) {
  std::array<Outcome, 4> agreed;
  run_on_threads(4, [&](Communicator& comm) {
    const auto rank = static_cast<std::size_t>(comm.rank());
    agreed[rank] = agree(comm, outcomes[rank]);
  });
  for (const auto& outcome : agreed) {
    CHECK(outcome.exit == agreed[0].exit);
    CHECK(outcome.message == agreed[0].message);
  }
  return agreed[0];
}

}  // namespace

TEST_CASE("every kind of error has its own outcome") {
  CHECK(outcome_of([] {}).exit == Exit::kDone);
  CHECK(outcome_of([] {}).message.empty());
  CHECK(outcome_of_throwing(Failure("f")).exit == Exit::kFailed);
  CHECK(outcome_of_throwing(UsageError("u")).exit == Exit::kUsage);
  CHECK(outcome_of_throwing(Error(Exit::kRefuted, "r")).exit == Exit::kRefuted);
  CHECK(outcome_of_throwing(Stopped("s")).exit == Exit::kStopped);
  CHECK(outcome_of_throwing(std::logic_error("l")).exit == Exit::kBug);
  CHECK(outcome_of_throwing(std::logic_error("l")).message == "l");
  CHECK(outcome_of_throwing(42).exit == Exit::kBug);
}

TEST_CASE("what the system refused is a failure and no bug") {
  const Outcome refused = outcome_of_throwing(std::system_error(ENOSPC, std::generic_category(), "no room"));

  CHECK(refused.exit == Exit::kFailed);
  CHECK(refused.message.find("no room") != std::string::npos);
}

TEST_CASE("too little memory is a failure that says what to do and no bug") {
  const Outcome standard = outcome_of_throwing(std::bad_alloc());
  const Outcome torch =
      outcome_of_throwing(std::runtime_error("DefaultCPUAllocator: can't allocate memory: you tried 8"));

  CHECK(standard.exit == Exit::kFailed);
  CHECK(standard.message.starts_with("out of memory"));
  CHECK(torch.exit == Exit::kFailed);
  CHECK(torch.message.find("you tried 8") != std::string::npos);
}

TEST_CASE("ranks agree on the worst outcome and on the message of the lowest rank that had it") {
  const Outcome agreed = agreed_by({Outcome{Exit::kStopped, "stopped"}, Outcome{},
                                    Outcome{Exit::kFailed, "cannot read a"}, Outcome{Exit::kFailed, "cannot read b"}});

  CHECK(agreed.exit == Exit::kFailed);
  CHECK(agreed.message == "rank 2: cannot read a");
}

TEST_CASE("a refutation outweighs a failure and a bug outweighs a refutation") {
  const Outcome failed{Exit::kFailed, "f"};
  const Outcome refuted{Exit::kRefuted, "r"};
  const Outcome bug{Exit::kBug, "b"};

  CHECK(agreed_by({failed, refuted, failed, failed}).message == "rank 1: r");
  CHECK(agreed_by({failed, refuted, failed, bug}).message == "rank 3: b");
}

TEST_CASE("what all ranks say alike is said once, without a rank") {
  const Outcome same{Exit::kUsage, "--shards 0: at least 1"};

  CHECK(agreed_by({same, same, same, same}).message == "--shards 0: at least 1");
}

TEST_CASE("what was agreed on and is agreed on again stays as it is") {
  run_on_threads(3, [](Communicator& comm) {
    std::string said;
    try {
      together(comm, [&] {
        together(comm, [&] {
          if (comm.rank() == 1) throw Stopped("halt was asked for");
        });
      });
    } catch (const Stopped& stopped) {
      said = stopped.what();
    }
    CHECK(said == "rank 1: halt was asked for");
  });
}

TEST_CASE("the error that all ranks throw together is of the kind that one of them met") {
  const auto thrown_for = [](Exit exit) {
    Exit seen = Exit::kDone;
    run_on_threads(2, [&](Communicator& comm) {
      try {
        together(comm, [&] {
          if (comm.rank() == 1) throw Error(exit, "x");
        });
      } catch (const Error& error) {
        if (comm.is_root()) seen = error.exit();
      }
    });
    return seen;
  };

  for (const Exit exit : {Exit::kFailed, Exit::kUsage, Exit::kRefuted, Exit::kStopped, Exit::kBug}) {
    CHECK(thrown_for(exit) == exit);
  }
}
