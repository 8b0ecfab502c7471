// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>

namespace expunge {

/// The scaling exponent of a series by detrended fluctuation analysis of order 1: profile y(i) = Σ_{j≤i} (Δ_j − mean),
/// windows of sizes 4 ≤ s ≤ N/4 (N/2 while N < 64), powers of two, cut from both ends where s does not divide N, each
/// with its least-squares line taken away; F(s) is the root mean square of what remains, and the exponent the slope of
/// ln F against ln s. White noise has 1/2, its cumulative sum 3/2. Nothing where fewer than two window sizes are
/// admissible (N < 16), where some F(s) is 0 (to
/// rounding), or where a value is not finite.
[[nodiscard]] std::optional<double> fluctuation_exponent(std::span<const double> series);

}  // namespace expunge
