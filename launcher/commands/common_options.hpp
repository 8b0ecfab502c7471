// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "aggregation/predict/ensemble.hpp"
#include "framework/config/option_table.hpp"
#include "launcher/process/environment.hpp"

namespace expunge {

/// Declares `--threads` and `--device`, which every command that computes takes.
void declare(OptionTable& table, SessionOptions& options);

/// How `evaluate` and `predict` are asked to vote.
struct VoteOptions {
  std::string vote = "majority";
  double min_agreement = 0;
  double min_probability = 0;

  /// For an ensemble of `models` constituents and `classes` classes.
  [[nodiscard]] EnsembleOptions ensemble_options(std::int64_t models, std::int64_t classes) const;
};

/// Declares `--vote`, `--min-agreement` and `--min-probability`.
void declare(OptionTable& table, VoteOptions& options);

}  // namespace expunge
