// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>

#include "launcher/comparison/bench.hpp"
#include "launcher/comparison/planned_methods.hpp"
#include "launcher/comparison/results.hpp"
#include "launcher/comparison/trial.hpp"

namespace expunge {

struct RepetitionSetting {
  const Trial& trial;
  std::filesystem::path run;  ///< the user's
  const Dataset& test;
  std::span<const PlannedMethod> methods;
  std::uint32_t floors = 3;
};

/// Collective. One repetition from its trainings from scratch to its numbers. What is done is kept in the workspace, so
/// that it is not done again; of a repetition that is complete, its result alone. Throws Bug where exact unlearning
/// does not end in the states of the retraining. Nothing: put down.
[[nodiscard]] std::optional<RepetitionResult> run_repetition(const ComparisonBench& bench,
                                                             const RepetitionSetting& setting);

}  // namespace expunge
