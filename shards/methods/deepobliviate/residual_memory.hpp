// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "framework/core/ids.hpp"
#include "shards/methods/deepobliviate/fluctuation_exponent.hpp"
#include "shards/methods/deepobliviate/power_law.hpp"

namespace expunge {

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
  double delta = 0;             ///< ‖V − V^U‖₁, in double; 0 at an identity stage
  std::optional<PowerLaw> fit;  ///< in the rule's unit
  std::optional<double> slope;  ///< of the fit at this point, in the rule's unit
  bool stop = false;
  /// Which rule fired: "not tested", "few points", "last touched stage", "no decay", "no variation", "grid", "dfa",
  /// "unchanged"; an identity stage has "identity" and is no point of the series.
  std::string rule;
};

/// The temporal residual memory of a retraining (He et al. 2021, DeepObliviate, section 4): Δ of one retrained block
/// after another, and the rule that says when it has flattened. Few points (fewer than 16, or than two admissible
/// windows): α by grid; else by fluctuation analysis. A memory that does not decay (a ≤ 0, α ≤ 0, nothing to fit, or a
/// last Δ that is not below the first) never stops. RESIDUAL_MEMORY.md has it in full.
class ResidualMemory {
 public:
  /// `parameters`: p, how many numbers Δ was summed over.
  ResidualMemory(const StopRule& rule, std::uint64_t parameters);

  /// Takes the next stage in. `may_stop`: false while batches' samples lie in this stage or later ones, and at the last
  /// stage, where nothing is stitched.
  const ResidualPoint& add(SliceId stage, double delta, bool may_stop);
  /// A stage without live samples, which changes nothing.
  void add_identity(SliceId stage);
  /// The state after the last stage added is, bit for bit and with buffers and optimiser, the stored one: every later
  /// stage would repeat what it did before. Stops, unless that stage must not. Throws Bug before the first stage.
  void set_unchanged();

  [[nodiscard]] const std::vector<ResidualPoint>& points() const { return points_; }
  /// Why it stopped, or how many stages refused for which reason: one sentence for people, without a full stop.
  [[nodiscard]] std::string why() const;
  /// {"rule": {...}, "points": [...], "stopped_after": stage or null, "why": "..."}: compact JSON, its keys as
  /// RESIDUAL_MEMORY.md has them.
  [[nodiscard]] std::string to_json() const;

 private:
  /// The series in the rule's unit.
  [[nodiscard]] std::vector<double> in_unit() const;
  /// Fills in `fit`, `slope` and the rule that they fall under, the permission to stop aside.
  void judge(ResidualPoint& point) const;

  StopRule rule_;
  std::uint64_t parameters_;
  std::vector<ResidualPoint> points_;
  std::vector<double> series_;  ///< Δ of the points, as they are
  bool may_stop_ = false;       ///< at the last of them
};

}  // namespace expunge
