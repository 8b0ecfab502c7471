// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "launcher/run/opened_run.hpp"
#include "shards/certificate/certificate.hpp"
#include "shards/journal/request_course.hpp"

namespace expunge {

/// How exactly a request was forgotten, up to now.
struct ExactCourse {
  std::string guarantee = "exact";  ///< class: the weakest of the shards that it touches
  std::string method = "exact";     ///< SPEC
  std::optional<CertifiedHealing> healed;
  /// The line of the journal, by index, whose states the certificate speaks of: by which all shards touched are exact
  /// or, where they are not, by which the request's own batch was settled.
  std::size_t line = 0;
};

/// Follows a settled request through the journal: its own batch, then whatever made exact again what that had left
/// approximate. That a method came to an exact state by itself is told by the shards' records alone, and believed where
/// the state is the one that the journal says is served.
[[nodiscard]] ExactCourse exact_course(const RunRecords& records, const RequestCourse& course);

/// The shards that serve an approximation after a line, or may: one does not where its record is exact now and it has
/// served the same state since.
[[nodiscard]] std::set<ShardId> approximate_after(const RunRecords& records, std::size_t line);

}  // namespace expunge
