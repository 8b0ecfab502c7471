// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace expunge::html {

struct Tick {
  double at = 0;  ///< pixels
  std::string label;
};

/// Where numbers lie on an axis. A logarithmic one has no zero: what is 0 or less gets a place of its own before the
/// axis begins, where one was asked for.
class Scale {
 public:
  /// From `least` to `most`, widened to whole ticks.
  [[nodiscard]] static Scale linear(double least, double most, double from, double to);
  /// Both positive; widened to whole ticks. `zero`: where 0 lies, in pixels.
  [[nodiscard]] static Scale logarithmic(double least, double most, double from, double to);
  [[nodiscard]] static Scale logarithmic(double least, double most, double from, double to, double zero);

  /// In pixels; what lies beyond the axis is put at its end.
  [[nodiscard]] double at(double value) const;
  /// With room for `spacing` pixels between two of them.
  [[nodiscard]] std::vector<Tick> ticks(double spacing) const;
  [[nodiscard]] double from() const { return from_; }
  [[nodiscard]] double to() const { return to_; }

 private:
  Scale(double least, double most, double from, double to, bool logarithmic, bool has_zero, double zero);

  double least_;  // of a logarithmic axis, its logarithm
  double most_;
  double from_;
  double to_;
  bool logarithmic_;
  bool has_zero_;
  double zero_;
};

}  // namespace expunge::html
