// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <new>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "framework/comm/stop_flag.hpp"
#include "launcher/process/environment.hpp"
#include "tests/support/thread_communicator.hpp"

using namespace expunge;

namespace {

/// The codes that each of three ranks returns where rank r runs `work(r)`.
std::array<Exit, 3> codes_of(const std::function<Exit(int)>& work) {
  std::array<Exit, 3> codes{};
  run_on_threads(3, [&](Communicator& comm) {
    const int rank = comm.rank();
    codes[static_cast<std::size_t>(rank)] = run_together(comm, [&] { return work(rank); });
  });
  return codes;
}

constexpr std::array<Exit, 3> everywhere(Exit exit) {
  return {exit, exit, exit};
}

}  // namespace

TEST_CASE("what one rank returns or throws becomes the code of all ranks, the worst one standing") {
  CHECK(codes_of([](int) { return Exit::kDone; }) == everywhere(Exit::kDone));
  CHECK(codes_of([](int rank) { return rank == 2 ? Exit::kRefuted : Exit::kDone; }) == everywhere(Exit::kRefuted));
  CHECK(codes_of([](int rank) -> Exit {
          if (rank == 1) throw Failure("disk full");
          return Exit::kStopped;
        }) == everywhere(Exit::kFailed));
  CHECK(codes_of([](int rank) -> Exit {
          if (rank == 0) throw std::bad_alloc();
          return Exit::kDone;
        }) == everywhere(Exit::kFailed));
  CHECK(codes_of([](int rank) -> Exit {
          if (rank == 0) throw Stopped("by a signal");
          if (rank == 1) throw std::logic_error("index");
          return Exit::kDone;
        }) == everywhere(Exit::kBug));
}

TEST_CASE("ranks with equal fingerprints go on") {
  std::atomic<int> agreed = 0;

  run_on_threads(3, [&](Communicator& comm) {
    require_equal_fingerprints(comm, {{"torch", "1.13.0"}, {"threads", "1"}});
    ++agreed;
  });

  CHECK(agreed == 3);
}

TEST_CASE("a rank whose fingerprint differs is refused by all, with the entry, both values and the ranks") {
  std::array<std::string, 3> messages;

  run_on_threads(3, [&](Communicator& comm) {
    Fingerprint mine{{"torch", "1.13.0"}, {"blas_kernel", comm.rank() == 0 ? "Haswell" : "SkylakeX"}};
    try {
      require_equal_fingerprints(comm, mine);
    } catch (const UsageError& error) {
      messages[static_cast<std::size_t>(comm.rank())] = error.what();
    }
  });

  CHECK(messages[0].find("blas_kernel is Haswell on rank 0, but SkylakeX on rank 1, 2") != std::string::npos);
  CHECK(messages[1] == messages[0]);
  CHECK(messages[2] == messages[0]);
}

TEST_CASE("an entry that one rank lacks is a difference") {
  for (const int lacking : {0, 1}) {
    CAPTURE(lacking);
    std::string message;

    run_on_threads(2, [&](Communicator& comm) {
      Fingerprint mine{{"torch", "1.13.0"}};
      if (comm.rank() != lacking) mine["cuda"] = "13.0";
      try {
        require_equal_fingerprints(comm, mine);
      } catch (const UsageError& error) {
        if (comm.rank() == 0) message = error.what();
      }
    });

    CHECK(message.find(lacking == 0 ? "cuda is nothing on rank 0, but 13.0 on rank 1"
                                    : "cuda is 13.0 on rank 0, but nothing on rank 1") != std::string::npos);
  }
}

TEST_CASE("a session outside a launcher is one rank that catches stop signals and knows its numerics") {
  Session session({.threads = 1, .device = "cpu", .level = log::Level::kWarning});

  CHECK(session.comm().size() == 1);
  CHECK(session.comm().name() == "self");
  CHECK(session.threads() == 1);
  CHECK(session.device().kind == DeviceKind::kCpu);
  CHECK(session.fingerprint().contains("hdf5"));
  CHECK(session.fingerprint().size() > 3);
  std::raise(SIGUSR1);
  CHECK(stop_signal() == SIGUSR1);
  clear_stop_signal();
  CHECK(run_together(session, [] { return Exit::kStopped; }) == Exit::kStopped);
}

TEST_CASE("what the program started again finds: helper of the next test" * doctest::skip()) {
  const char* const argv[] = {"expunge", nullptr};
  const char* const kernel = std::getenv("OPENBLAS_CORETYPE");
  REQUIRE(kernel != nullptr);
  CHECK(std::string(kernel) == "Nehalem");

  restart_with_blas_kernel("Nehalem", argv);

  CHECK(std::getenv("EXPUNGE_REEXEC") == nullptr);
}

TEST_CASE("the program starts again once with another kernel, and keeps one that the user chose") {
  constexpr int kCameBack = 7;
  const auto exit_code_with = [&](const char* chosen, const std::string& kernel) {
    const pid_t child = ::fork();
    if (child == 0) {
      if (chosen == nullptr) {
        ::unsetenv("OPENBLAS_CORETYPE");
      } else {
        ::setenv("OPENBLAS_CORETYPE", chosen, 1);
      }
      const char* const argv[] = {"test", "--no-skip", "--test-case=what the program started again*", "--out=/dev/null",
                                  nullptr};
      restart_with_blas_kernel(kernel, argv);
      std::_Exit(kCameBack);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WEXITSTATUS(status);
  };

  CHECK(exit_code_with(nullptr, "Nehalem") == 0);
  CHECK(exit_code_with(nullptr, "") == kCameBack);
  CHECK(exit_code_with("Haswell", "Nehalem") == kCameBack);
}
