// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace expunge {

/// The learning rate as a function of a position in [0, 1): (r − 1 + visits done / V) / R, so that a stage's rates
/// depend on nothing that later slices hold.
///
///   constant                          base
///   step:factor=0.1,at=0.5            base · factor^k, k the number of places already passed
///   step:factor=0.1,every=0.25        likewise, at every multiple of `every`
///   cosine:floor=0.01                 floor·base + (1 − floor)·base·(1 + cos(π·position))/2
class LearningRate {
 public:
  /// Throws UsageError for a schedule that isn't one of those above.
  LearningRate(double base, const std::string& schedule);
  [[nodiscard]] double at(double position) const;

 private:
  enum class Kind : std::uint8_t { kConstant, kStep, kCosine };
  Kind kind_ = Kind::kConstant;
  double base_;
  double factor_ = 1;           // step
  std::vector<double> places_;  // step
  double floor_ = 0;            // cosine
};

/// The position of a stage's visit: see above. `visited` of `visits` are done; stage is 1 … slices.
[[nodiscard]] double schedule_position(std::uint32_t stage, std::uint32_t slices, std::uint64_t visited,
                                       std::uint64_t visits);

}  // namespace expunge
