// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "framework/model/model.hpp"
#include "shards/checkpoint/state.hpp"
#include "shards/train/optimizer.hpp"

namespace expunge {

/// A copy of a model's parameters and buffers and, where an optimiser is given, of its state.
[[nodiscard]] ModelState capture_state(const Model& model, const Optimizer* optimizer);

/// Puts a state into a model and, where one is given, an optimiser. A state without optimiser tensors resets it. Throws
/// Failure naming the first tensor whose name, type or shape is another, and changes nothing then.
void restore_state(const ModelState& state, Model& model, Optimizer* optimizer);

}  // namespace expunge
