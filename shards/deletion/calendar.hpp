// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace expunge {

/// A moment in UTC, to the second.
using Moment = std::chrono::sys_seconds;

/// Reads RFC 3339: "2026-03-01T09:30:00Z", "2026-03-01T09:30:00.25+01:00" (fractions are dropped), or a date alone,
/// which is its midnight in UTC. Nothing where it is none, the date or the time of day does not exist, or the zone is
/// missing.
[[nodiscard]] std::optional<Moment> parse_moment(std::string_view text);
/// "2026-03-01T09:30:00Z".
[[nodiscard]] std::string to_text(Moment moment);
/// Now, by the system's clock.
[[nodiscard]] Moment now();

/// When a request of this regulation is due: "GDPR": one calendar month after receipt, at the same time of day, on the
/// month's last day where it is shorter (art. 12(3): 31 January becomes 28 or 29 February); "CCPA": 45 days. Nothing
/// for any other name: no date is made up, and none is legal advice.
[[nodiscard]] std::optional<Moment> due_by_regulation(Moment received, std::string_view regulation);

/// The end of a time that a file gives as `due_at`: a date alone means the end of that day (23:59:59 UTC), else the
/// moment itself. Nothing where it is neither.
[[nodiscard]] std::optional<Moment> parse_due(std::string_view text);

}  // namespace expunge
