// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shards/checkpoint/state.hpp"

namespace expunge {

/// How far two states lie apart, over all parameters (buffers and optimiser are no part of it), in double.
struct ParameterDistance {
  double l2 = 0;        ///< ‖θ − θ*‖₂
  double relative = 0;  ///< divided by ‖θ*‖₂; 0 where both are 0
  double largest = 0;   ///< in one parameter
};

/// `reference` is θ*. Throws Failure naming the first tensor whose name or shape is another.
[[nodiscard]] ParameterDistance parameter_distance(const ModelState& state, const ModelState& reference);

}  // namespace expunge
