// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace expunge {

enum class OptimizerKind : std::uint8_t { kSgd, kAdam, kAdamW };

/// All that an optimiser is, but for its learning rate, which every step is given.
struct OptimizerOptions {
  OptimizerKind kind = OptimizerKind::kSgd;
  double momentum = 0.9;    ///< SGD
  bool nesterov = false;    ///< SGD
  double beta1 = 0.9;       ///< Adam, AdamW
  double beta2 = 0.999;     ///< Adam, AdamW
  double epsilon = 1e-8;    ///< Adam, AdamW
  double weight_decay = 0;  ///< added to the gradient (SGD, Adam) or decoupled (AdamW)
};

}  // namespace expunge
