// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "framework/random/key.hpp"

namespace expunge {

/// The standard normal distribution's quantile at `p` in (0, 1), to about 1 part in 10^15 (Wichura 1988, AS 241,
/// PPND16).
[[nodiscard]] double normal_quantile(double p);

/// A standard normal value, a function of key and counter alone: the quantile at (b + 1/2)·2⁻⁵³, b being the draw's
/// upper 53 bits. So it lies in ±8.3, and one draw makes one value. In |value| > 1.44 it goes through the platform's
/// `log`, whose last bit is not the same everywhere: noise is a run's own, as its numeric fingerprint is.
[[nodiscard]] double normal_draw(const Key& key, std::uint64_t a, std::uint64_t b = 0, std::uint64_t c = 0);

/// Adds sigma times the normal draws at counters `first`, `first` + 1, … to the values.
void add_normal_noise(std::span<float> values, const Key& key, double sigma, std::uint64_t first = 0);

}  // namespace expunge
