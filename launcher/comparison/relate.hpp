// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "launcher/comparison/results.hpp"

namespace expunge {

/// A gap between two marks below it measures nothing.
inline constexpr double kLeastCanaryGap = 0.2;

/// What is left of a canary, between identity's mark and the retrained models'; nothing where these lie too close.
[[nodiscard]] std::optional<double> gap_closed(double value, double identity, double retrained);

/// Fills in what relates the methods of a repetition to each other: gaps to the retrained models and between the marks,
/// certifiability, tug of war; and the warning of the accounting: a method that is not exact, has models equal to the
/// retrained ones, and says that it took less than `exact_cost`, what exact unlearning takes.
void relate(RepetitionResult& result, std::size_t identity, std::uint64_t exact_cost);

}  // namespace expunge
