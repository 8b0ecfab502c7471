// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "shards/journal/journal.hpp"

namespace expunge {

// What every entry of a journal fulfils. The same rules hold for what is appended and for what is read, so that no
// program writes a line that the next one refuses.

/// The batches that an entry speaks of: for `accepted`, its own.
[[nodiscard]] std::span<const std::uint64_t> batches_of(const JournalEntry& entry);

/// Which rule an entry breaks by itself: order of its lists, empty cells, times that are none. Nothing where it is in
/// order.
[[nodiscard]] std::optional<std::string> broken_rule(const JournalEntry& entry);

/// How far each batch has come, line by line.
class BatchProgress {
 public:
  /// Goes one entry on. Says why the entry can't come next, and leaves all as it was: a batch is accepted out of turn,
  /// is unknown, or would not go forward.
  [[nodiscard]] std::optional<std::string> take(const JournalEntry& entry);
  /// Of batch 1, 2, …: index of its last entry's kind in `JournalEntry`.
  [[nodiscard]] const std::vector<std::size_t>& states() const { return states_; }

 private:
  std::vector<std::size_t> states_;
};

}  // namespace expunge
