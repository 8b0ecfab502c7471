// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/comm/stop_flag.hpp"

#include <array>
#include <atomic>

namespace expunge {

namespace {

constexpr std::array kStopSignals{SIGUSR1, SIGUSR2, SIGTERM};

// A handler may run on any thread, so a lock-free atomic rather than a volatile sig_atomic_t.
std::atomic<int> stop_requested{0};
static_assert(std::atomic<int>::is_always_lock_free);

extern "C" void raise_stop_flag(int signal) {
  int none = 0;
  stop_requested.compare_exchange_strong(none, signal);
}

}  // namespace

int stop_signal() {
  return stop_requested.load(std::memory_order_relaxed);
}

void catch_stop_signals() {
  struct sigaction action {};
  action.sa_handler = raise_stop_flag;
  sigemptyset(&action.sa_mask);
  // Once only, so that a second signal of a kind ends a process that does not listen; and no call is interrupted by it.
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
  for (const int signal : kStopSignals) sigaction(signal, &action, nullptr);
}

void ignore_stop_signals() {
  struct sigaction action {};
  action.sa_handler = SIG_IGN;
  sigemptyset(&action.sa_mask);
  for (const int signal : kStopSignals) sigaction(signal, &action, nullptr);
}

void clear_stop_signal() {
  stop_requested.store(0);
}

}  // namespace expunge
