// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "aggregation/report/comparison_report.hpp"
#include "launcher/training/shard_jobs.hpp"

namespace expunge {

/// What one method was at work to, in one repetition: all but what is measured of its result.
struct MethodCourse {
  std::string guarantee = "exact";
  std::vector<std::string> checked{};
  std::vector<std::string> fallbacks{};
  MethodWork work{};
  double checkpoint_seconds = 0;  ///< of the process seconds
  std::vector<ResidualSeries> residual_memory{};
  std::vector<TimelineEntry> timeline{};  ///< of what ranks did
};

/// Where the canary lies, and how large it is.
struct CanaryPlace {
  std::uint64_t samples = 0;
  std::uint32_t shard = 0;
  std::uint32_t slice = 0;
};

/// One method, measured.
struct MethodOutcome {
  MethodCourse course{};
  MethodRepetition measured{};  ///< with the course's work
  std::string warning{};
};

/// All that one repetition came to.
struct RepetitionResult {
  std::uint64_t batches = 0;
  std::uint64_t samples_forgotten = 0;
  std::uint64_t samples_live = 0;  ///< afterwards
  std::vector<std::uint32_t> affected{};
  std::optional<CanaryPlace> canary{};
  MethodOutcome reference{};
  std::vector<MethodOutcome> methods{};  ///< as planned
  std::vector<FloorReport> floors{};
};

// As texts that a workspace keeps and ranks send each other: every number comes back as it was. `source` is what
// messages call a text; reading throws Failure where it is none of these.
[[nodiscard]] std::string to_text(const MethodCourse& course);
[[nodiscard]] MethodCourse course_of(const std::string& text, const std::string& source);
[[nodiscard]] std::string to_text(const MethodRepetition& measured);
[[nodiscard]] MethodRepetition measured_of(const std::string& text, const std::string& source);
[[nodiscard]] std::string to_text(const RepetitionResult& result);
[[nodiscard]] RepetitionResult repetition_of(const std::string& text, const std::string& source);

/// Adds what a later session, or the next batch, did: when ranks worked on which shard, after all that is there
/// already.
void add(std::vector<TimelineEntry>& sum, double after, const std::vector<JobTime>& more);
/// Likewise.
void add(MethodWork& sum, const MethodWork& more);

}  // namespace expunge
