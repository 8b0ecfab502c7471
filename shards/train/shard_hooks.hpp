// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

namespace expunge {

class Recorder;

/// What work on a shard is asked by those who want it to stop.
enum class StopRequest : std::uint8_t { kGoOn, kAfterStage, kNow };

/// What work on a shard asks and reports while it runs: training, unlearning, verification. Any may be empty.
struct ShardHooks {
  std::function<StopRequest()> stop;  ///< asked between batches
  /// Receives how many more samples have been visited; `resumed` of them by an earlier session.
  std::function<void(std::uint64_t visits, bool resumed)> visited;
  Recorder* recorder = nullptr;

  [[nodiscard]] bool stop_now() const { return stop && stop() == StopRequest::kNow; }
  [[nodiscard]] bool stop_after_stage() const { return stop && stop() != StopRequest::kGoOn; }
  void report(std::uint64_t visits, bool resumed = false) const {
    if (visited && visits > 0) visited(visits, resumed);
  }
};

}  // namespace expunge
