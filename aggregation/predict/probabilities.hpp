// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "aggregation/predict/constituent.hpp"
#include "framework/data/dataset.hpp"

namespace expunge {

/// One model's probabilities for some samples: row-major [rows × classes], with their labels.
struct Probabilities {
  std::int64_t classes = 0;
  std::vector<float> values;
  std::vector<std::int32_t> labels;

  [[nodiscard]] std::uint64_t rows() const { return labels.size(); }
  [[nodiscard]] std::span<const float> row(std::uint64_t i) const;
  /// The most probable class; the lowest of equals.
  [[nodiscard]] std::int32_t answer(std::uint64_t i) const;
};

/// Asks `model` for `rows` of `data`, which ascend strictly, in batches of kPredictionBatch of them.
[[nodiscard]] Probabilities probabilities_of(Constituent& model, const Dataset& data,
                                             std::span<const std::uint64_t> rows, std::int64_t classes);
/// For all rows.
[[nodiscard]] Probabilities probabilities_of(Constituent& model, const Dataset& data, std::int64_t classes);

/// What an ensemble of these models answers: their mean, taken in fixed point as `Tally` takes it. All have the same
/// rows. Throws Bug where there is none.
[[nodiscard]] Probabilities mean_of(std::span<const Probabilities> models);

}  // namespace expunge
