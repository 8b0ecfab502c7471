// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "shards/checkpoint/state.hpp"

namespace expunge {

/// Where two states differ first, in canonical order (parameters, buffers, optimiser, number of its steps), named:
/// "parameters/conv1.weight[3,0,1,2]: 0.1234567 here, 0.1234568 in the checkpoint". Values are compared by their bits,
/// so equal NaNs are equal and 0 is not −0. Nothing where the states have the same bits.
[[nodiscard]] std::optional<std::string> first_difference(const ModelState& here, const ModelState& checkpoint);

}  // namespace expunge
