// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "aggregation/audit/canary_score.hpp"

#include <algorithm>

namespace expunge {

std::optional<double> backdoor_success(const Probabilities& patched, std::int32_t target) {
  if (patched.rows() == 0) return std::nullopt;
  std::uint64_t hits = 0;
  for (std::uint64_t row = 0; row < patched.rows(); ++row) hits += patched.answer(row) == target ? 1 : 0;
  return static_cast<double>(hits) / static_cast<double>(patched.rows());
}

std::optional<double> accuracy_on_classes(const Probabilities& model, std::span<const std::int32_t> classes) {
  std::uint64_t asked = 0;
  std::uint64_t hits = 0;
  for (std::uint64_t row = 0; row < model.rows(); ++row) {
    const std::int32_t label = model.labels[row];
    if (!std::ranges::binary_search(classes, label)) continue;
    ++asked;
    hits += model.answer(row) == label ? 1 : 0;
  }
  if (asked == 0) return std::nullopt;
  return static_cast<double>(hits) / static_cast<double>(asked);
}

}  // namespace expunge
