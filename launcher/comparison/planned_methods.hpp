// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "shards/methods/catalogue.hpp"
#include "shards/train/training_configuration.hpp"

namespace expunge {

/// A method that is compared.
struct PlannedMethod {
  enum class Kind : std::uint8_t {
    kRetrain,        ///< everything from scratch, as configured
    kRetrainSingle,  ///< one model of all samples
    kOnCopy,         ///< worked off on a copy of the base, by `method`
  };
  std::string name;  ///< as it was asked for
  Kind kind = Kind::kOnCopy;
  UnlearningMethod method{};

  [[nodiscard]] bool is_exact() const { return kind == Kind::kOnCopy && method.is_exact(); }
  /// It works with checkpoints that were kept before anyone asked for anything.
  [[nodiscard]] bool needs_checkpoints() const { return kind == Kind::kOnCopy && method.needs().checkpoints; }
};

/// The methods that were asked for, in order, after `identity` where that is not among them. Throws UsageError for what
/// is no method, for one that is asked for twice, and where none is.
[[nodiscard]] std::vector<PlannedMethod> plan_methods(std::span<const std::string> texts);

/// Throws UsageError for a method that can't work on such a run.
void require_slicing(std::span<const PlannedMethod> methods, const TrainingConfiguration& configuration);

}  // namespace expunge
