// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/mpi/watchdog.hpp"

#include <cstdio>
#include <cstdlib>

#include <fmt/core.h>

namespace expunge::testing {

Watchdog::Watchdog(int rank, std::chrono::seconds deadline)
    : rank_(rank), deadline_(deadline), thread_([this] { run(); }) {}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Watchdog::watch(std::string test) {
  {
    const std::lock_guard lock(mutex_);
    test_ = std::move(test);
    ++round_;
  }
  changed_.notify_all();
}

void Watchdog::run() {
  std::unique_lock lock(mutex_);
  while (!ended_) {
    const auto round = round_;
    const bool moved = changed_.wait_for(lock, deadline_, [&] { return ended_ || round_ != round; });
    if (moved || test_.empty()) continue;
    fmt::print(stderr, "[rank {}] no end after {} s of the test \"{}\": ranks wait for each other\n", rank_,
               deadline_.count(), test_);
    std::fflush(nullptr);
    std::_Exit(70);  // the launcher ends the other ranks; MPI itself is the main thread's alone
  }
}

}  // namespace expunge::testing
