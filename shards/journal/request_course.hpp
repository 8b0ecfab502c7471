// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "shards/journal/history.hpp"
#include "shards/journal/journal.hpp"

namespace expunge {

/// One request's way through a journal. Points into it.
struct RequestCourse {
  const AcceptedRequest* request = nullptr;
  std::uint64_t batch = 0;
  // Lines of the journal, by index; the last of a kind that names the batch.
  std::size_t accepted = 0;
  std::optional<std::size_t> forgotten{};
  std::optional<std::size_t> retrained{};
  std::optional<std::size_t> published{};
  std::optional<std::size_t> erased{};
  std::optional<std::size_t> completed{};

  /// The line after which no state that is served knows the request's samples: published, else forgotten, else
  /// completed (a batch that deleted nothing).
  [[nodiscard]] std::optional<std::size_t> settled() const;
};

/// Finds the request of this id by this requester. Without a requester it takes the request that names none, else the
/// only one of this id. `history` is the journal's, and `run` is what messages call the run. Throws Failure where the
/// journal has no such request, UsageError where several requesters have one of this id.
[[nodiscard]] RequestCourse find_request(const Journal& journal, const History& history, const std::string& run,
                                         const std::string& id, const std::optional<std::string>& requested_by);

/// What every shard served right after a line of the journal, in order.
[[nodiscard]] std::vector<ServedState> served_after(const Journal& journal, std::size_t line);

/// The batches that all states served right after a line respect: those forgotten or published by then.
[[nodiscard]] std::set<std::uint64_t> respected_after(const Journal& journal, std::size_t line);

}  // namespace expunge
