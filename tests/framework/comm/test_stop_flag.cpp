// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <initializer_list>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "framework/comm/stop_flag.hpp"

using namespace expunge;

TEST_CASE("each of the three signals raises the flag and the process goes on") {
  for (const int signal : {SIGUSR1, SIGUSR2, SIGTERM}) {
    CAPTURE(signal);
    clear_stop_signal();
    catch_stop_signals();

    std::raise(signal);

    CHECK(stop_signal() == signal);
  }
  clear_stop_signal();
  CHECK(stop_signal() == 0);
}

TEST_CASE("the first signal is the one that is remembered") {
  clear_stop_signal();
  catch_stop_signals();

  std::raise(SIGUSR2);
  std::raise(SIGUSR1);

  CHECK(stop_signal() == SIGUSR2);
  clear_stop_signal();
}

TEST_CASE("a second signal of a kind ends the process") {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    catch_stop_signals();
    std::raise(SIGTERM);
    std::raise(SIGTERM);
    ::_exit(0);
  }

  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);

  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGTERM);
}

TEST_CASE("signals that come after the end was agreed on do not end the process") {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    catch_stop_signals();
    ignore_stop_signals();
    std::raise(SIGTERM);
    std::raise(SIGTERM);
    ::_exit(0);
  }

  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);

  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}
