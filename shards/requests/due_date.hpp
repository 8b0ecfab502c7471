// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "framework/text/rfc3339.hpp"

namespace expunge {

/// Returns when a request of this regulation is due. "GDPR": one calendar month after receipt, at the same time of day,
/// on the month's last day where it is shorter (art. 12(3): 31 January becomes 28 or 29 February). "CCPA": 45 days.
/// Returns nullopt for any other name: no date is made up, and none is legal advice.
[[nodiscard]] std::optional<Moment> due_by_regulation(Moment received, std::string_view regulation);

/// Reads the `due_at` of a request file: a date alone means the end of that day (23:59:59 UTC), else the moment itself.
/// Returns nullopt where it is neither.
[[nodiscard]] std::optional<Moment> parse_due(std::string_view text);

}  // namespace expunge
