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
/// which stands for `time_of_a_date` on that day, in UTC. Returns nullopt where the text is neither, the date or the
/// time of day does not exist, or the zone is missing.
[[nodiscard]] std::optional<Moment> parse_moment(std::string_view text,
                                                 std::chrono::seconds time_of_a_date = std::chrono::seconds(0));
/// Writes "2026-03-01T09:30:00Z". The year must have at most four digits.
[[nodiscard]] std::string to_text(Moment moment);
/// The moment itself where its year lies in 0 … 9999, which RFC 3339 can write; else nullopt.
[[nodiscard]] std::optional<Moment> only_writable(Moment moment);
/// The system clock's time.
[[nodiscard]] Moment now();

}  // namespace expunge
