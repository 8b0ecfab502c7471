// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "framework/core/ids.hpp"

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

/// The scaling exponent of a series by detrended fluctuation analysis of order 1: profile y(i) = Σ_{j≤i} (Δ_j − mean),
/// windows of sizes 4 ≤ s ≤ N/4 (N/2 while N < 64), cut from both ends where s does not divide N, each with its
/// least-squares line taken away; F(s) is the root mean square of what remains, and the exponent the slope of ln F
/// against ln s. White noise has 1/2, its cumulative sum 3/2. Nothing where fewer than two window sizes are admissible,
/// or where some F(s) is 0.
[[nodiscard]] std::optional<double> fluctuation_exponent(std::span<const double> series);

/// a and b by linear least squares over u_x = x^−α, x = 1 … N. Nothing where u does not vary.
[[nodiscard]] std::optional<PowerLaw> fit_power_law(std::span<const double> series, double alpha);
/// Besides, α as the value of a grid over [0.05, 3] (steps of 0.01) whose fit leaves the smallest sum of squares.
[[nodiscard]] std::optional<PowerLaw> fit_power_law(std::span<const double> series);

/// In which unit the slope of a residual memory is held against epsilon. kNone: as the paper has it, an l1 norm over
/// all parameters; kPerParameter: Δ / p; kRelative: Δ / Δ of the first stage.
enum class SlopeUnit : std::uint8_t { kNone, kPerParameter, kRelative };

struct StopRule {
  double epsilon = 0.1;  ///< stop where the fitted slope is smaller in size; 0: never test
  SlopeUnit unit = SlopeUnit::kRelative;
  std::uint64_t least_points = 5;  ///< fewer never stop
};

/// One retrained stage's residual memory, and what the rule made of it.
struct ResidualPoint {
  SliceId stage;
  double delta = 0;             ///< ‖V − V^U‖₁, in double
  std::optional<PowerLaw> fit;  ///< in the rule's unit
  std::optional<double> slope;  ///< of the fit at this point, in the rule's unit
  bool stop = false;
  /// Which rule fired: "not tested", "few points", "last touched stage", "no decay", "no variation", "grid", "dfa",
  /// "unchanged"; an identity stage has "identity" and is no point of the series.
  std::string rule;
};

/// The temporal residual memory of a retraining (He et al. 2021, DeepObliviate, section 4): Δ of one retrained block
/// after another, and the rule that says when it has flattened. Few points (fewer than 16, or than two admissible
/// windows): α by grid; else by fluctuation analysis. A memory that does not decay (a ≤ 0, or nothing to fit) never
/// stops.
class ResidualMemory {
 public:
  /// `parameters`: p, how many numbers Δ was summed over.
  ResidualMemory(const StopRule& rule, std::uint64_t parameters);

  /// Takes the next stage in. `may_stop`: false while batches' samples lie in this stage or later ones, and at the last
  /// stage, where nothing is stitched.
  const ResidualPoint& add(SliceId stage, double delta, bool may_stop);
  /// A stage without live samples, which changes nothing.
  void add_identity(SliceId stage);
  /// The state after the last stage added is, bit for bit and with buffers and optimiser, the stored one.
  void set_unchanged();

  [[nodiscard]] const std::vector<ResidualPoint>& points() const { return points_; }
  /// {"rule": {...}, "points": [...], "stopped_after": stage or null, "why": "..."}: compact JSON.
  [[nodiscard]] std::string to_json() const;

 private:
  StopRule rule_;
  std::uint64_t parameters_;
  std::vector<ResidualPoint> points_;
  std::vector<double> series_;
};

}  // namespace expunge
