// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "aggregation/predict/probabilities.hpp"

namespace expunge {

/// Nothing where there are no rows.
[[nodiscard]] std::optional<double> accuracy(const Probabilities& model);

/// How alike two models answer the same samples (the survey's consistency, Nguyen et al. 2022, section 6).
struct Consistency {
  double y = 0;   ///< fraction of samples with the same most probable class
  double kl = 0;  ///< mean over samples of KL(P ‖ P*), in nats; a probability counts as at least 10^−12
};
/// `reference` is P*. Nothing where there are no rows; Bug where the rows are others.
[[nodiscard]] std::optional<Consistency> consistency(const Probabilities& model, const Probabilities& reference);

/// |M − M*| / (|M| + |M*|) of the accuracies on the forget set (Mahadevan & Mathioudakis 2021); 0 where both are 0.
[[nodiscard]] double certifiability(double accuracy, double reference);

/// "Tug of war": Π over forget, retain and test set of 1 − |accuracy − reference accuracy|; 1 is ideal.
struct AccuracyTriple {
  double test = 0;
  double retain = 0;
  double forget = 0;
};
[[nodiscard]] double tug_of_war(const AccuracyTriple& of, const AccuracyTriple& reference);

}  // namespace expunge
