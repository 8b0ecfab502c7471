// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>

namespace expunge {

/// Y(x) = a·x^−α + b, fitted to a residual memory.
struct PowerLaw {
  double a = 0;
  double alpha = 0;
  double b = 0;
  [[nodiscard]] double at(double x) const;
  /// dY/dx at x = −a·α·x^(−α−1).
  [[nodiscard]] double slope(double x) const;
};

/// a and b by linear least squares over u_x = x^−α, x = 1 … N. Nothing where u does not vary, or where a value of the
/// series or of the fit is not finite.
[[nodiscard]] std::optional<PowerLaw> fit_power_law(std::span<const double> series, double alpha);
/// Besides, α as the value of a grid over [0.05, 3] (steps of 0.01) whose fit leaves the smallest sum of squares; of
/// equal ones the smallest.
[[nodiscard]] std::optional<PowerLaw> fit_power_law(std::span<const double> series);

}  // namespace expunge
