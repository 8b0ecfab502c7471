// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "aggregation/report/comparison_report.hpp"
#include "framework/device/numerics.hpp"
#include "launcher/comparison/comparison.hpp"
#include "launcher/comparison/planned_methods.hpp"
#include "launcher/comparison/results.hpp"
#include "launcher/run/manifest.hpp"

namespace expunge {

/// What was compared, and where.
struct ComparedRun {
  const ComparisonOptions& options;
  const Manifest& manifest;
  const Fingerprint& numerics;
  std::string run;
  std::string requests;  ///< empty for a canary
  std::string test;      ///< SPEC
  int ranks = 1;
  double seconds = 0;
};

/// Puts repetitions into one report.
[[nodiscard]] ComparisonReport gather_report(const ComparedRun& compared, std::span<const PlannedMethod> methods,
                                             std::span<const RepetitionResult> results);

}  // namespace expunge
