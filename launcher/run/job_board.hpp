// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "framework/comm/communicator.hpp"
#include "shards/train/train_shard.hpp"

namespace expunge {

/// How ranks share jobs of uneven size: each takes the next from a shared counter, longest first. Nobody is told what
/// to do, so no rank waits for another that is busy. The same board carries the request to stop and the progress of
/// all.
class JobBoard {
 public:
  /// Collective. `sizes` (the same on every rank) says how much work each job is; a job of size 0 is still handed out.
  JobBoard(Communicator& comm, std::vector<std::uint64_t> sizes);

  /// The next job for this rank, or nothing when all are taken or a stop was asked for.
  [[nodiscard]] std::optional<std::size_t> next();
  /// Says that a job taken from here has ended, well or not.
  void ended();

  /// Asks every rank to stop; a stronger request stands.
  void ask_to_stop(StopRequest request);
  [[nodiscard]] StopRequest stop_asked();

  /// Adds to the work done by all ranks, and reads it.
  void add_done(std::uint64_t work);
  [[nodiscard]] std::uint64_t done();
  /// Likewise, of that what earlier sessions had done.
  void add_resumed(std::uint64_t work);
  [[nodiscard]] std::uint64_t resumed();

  /// Sleeps, calling `meanwhile` now and then, until every job that was taken has ended and none will be taken any
  /// more: a rank that has run out of jobs leaves its core to those that have not.
  void wait_for_others(const std::function<void()>& meanwhile);

 private:
  enum Slot : std::size_t { kNext, kTaken, kEnded, kStop, kDone, kResumed, kSlots };
  std::vector<std::size_t> order_;
  std::unique_ptr<Board> board_;
  bool exhausted_ = false;
};

}  // namespace expunge
