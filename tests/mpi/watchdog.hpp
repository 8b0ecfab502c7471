// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace expunge::testing {

/// Ends the process with a message and exit code 70 when a test does not end in time: a hang in a collective becomes a
/// failure with a name.
class Watchdog {
 public:
  Watchdog(int rank, std::chrono::seconds deadline);
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;
  ~Watchdog();

  /// From now on `test` is what runs; an empty name stands for nothing.
  void watch(std::string test);

 private:
  void run();

  int rank_;
  std::chrono::seconds deadline_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string test_;
  std::uint64_t round_ = 0;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace expunge::testing
