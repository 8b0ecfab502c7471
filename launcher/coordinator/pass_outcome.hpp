// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "launcher/coordinator/coordinator.hpp"
#include "shards/policy/outcome.hpp"

namespace expunge {

/// When a batch ran, on whichever clock: the system's, or a simulated one.
struct PassTimes {
  std::optional<Moment> triggered;
  std::optional<Moment> started;
  std::optional<Moment> completed;
};

/// Adds what one pass came to: a batch, and its requests. `live_before` is the number of live samples before it.
void add_pass(ReplayOutcome& outcome, const Coordinator& coordinator, const Acceptance& acceptance,
              const Forgetting& forgetting, const Recovery& recovery, std::uint64_t live_before, int ranks,
              const PassTimes& times);

/// Seconds from accepting to the end of a pass, validation included.
[[nodiscard]] double pass_seconds(const Acceptance& acceptance, const Forgetting& forgetting, const Recovery& recovery);

/// Throws Failure where no file of this name can be written, so that it is known before the work is done.
void require_outcome_place(const std::filesystem::path& path);

/// Writes an outcome file: whole or not at all, in the place of an older one.
void write_outcome(const std::filesystem::path& path, const ReplayOutcome& outcome);

}  // namespace expunge
