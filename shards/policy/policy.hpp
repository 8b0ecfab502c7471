// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "framework/core/ids.hpp"
#include "framework/text/rfc3339.hpp"

namespace expunge {

/// When requests that have come in are worked off.
class Policy {
 public:
  enum class Kind : std::uint8_t {
    kImmediate,  ///< each as soon as it comes and no batch is running
    kBatch,      ///< "batch:N": whenever N are waiting
    kWindow,     ///< "window:24h": that long after the first of those waiting came in (s, m, h, d)
    kDeadline,   ///< at the latest start at which every due time among those waiting is met, by the estimated cost
    kShards,     ///< "shards:K": when those waiting touch K shards
  };
  /// Throws UsageError naming the policies, and the nearest, for anything else.
  [[nodiscard]] static Policy parse(std::string_view text);
  [[nodiscard]] std::string text() const;
  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::chrono::seconds window() const { return window_; }

 private:
  Kind kind_ = Kind::kImmediate;
  std::uint64_t count_ = 1;
  std::chrono::seconds window_{0};
};

/// A request as a schedule sees it.
struct Arrival {
  Moment at;                  ///< on the simulated clock: `received_at`
  std::optional<Moment> due;  ///< nothing: it never forces a start under kDeadline
  std::set<ShardId> shards;   ///< that it touches
};

/// A batch that was worked off.
struct ReplayedBatch {
  std::vector<std::size_t> arrivals;  ///< indices, ascending
  Moment triggered;                   ///< when the policy called for it
  Moment started;                     ///< then, or when the batch before it ended
  double seconds = 0;                 ///< that it took
  Moment ended;                       ///< fractions are kept on the clock and dropped from the three moments
};

/// Replays arrivals on a simulated clock. One batch runs at a time; what comes in meanwhile waits. An arrival that is
/// earlier than the one before it in the list comes at the same time as that one. At the end everything that waits is
/// worked off at once. `estimate` says how many seconds a batch of these arrivals would take (kDeadline alone asks);
/// `run` works one off and says how many it took. A pure function of what these two answer.
std::vector<ReplayedBatch> replay(const Policy& policy, std::span<const Arrival> arrivals,
                                  const std::function<double(std::span<const std::size_t>)>& estimate,
                                  const std::function<double(std::span<const std::size_t>)>& run);

}  // namespace expunge
