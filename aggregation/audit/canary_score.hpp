// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "aggregation/predict/probabilities.hpp"

namespace expunge {

/// Returns the share of rows, 0 … 1, that a model answers with a backdoor's target class. The rows are samples that
/// carry its patch. Returns nullopt where there are no rows.
[[nodiscard]] std::optional<double> backdoor_success(const Probabilities& patched, std::int32_t target);

/// Returns the accuracy, 0 … 1, over the rows whose label is one of `classes`, which ascend: those whose samples a
/// label-flip canary relabelled. Returns nullopt where there is no such row.
[[nodiscard]] std::optional<double> accuracy_on_classes(const Probabilities& model,
                                                        std::span<const std::int32_t> classes);

}  // namespace expunge
