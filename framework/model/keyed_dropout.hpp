// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <torch/types.h>

#include "framework/model/model.hpp"

namespace expunge {

/// Drops each unit of a layer with probability p in training and scales the others by 1/(1−p). Whether a unit is
/// dropped depends on (key, sample id, layer, unit) alone: a sample's mask is the same whoever else is in the batch.
///
/// `values` is [b, …]; `layer` tells the dropout layers of one model apart.
[[nodiscard]] torch::Tensor keyed_dropout(const torch::Tensor& values, double p, std::uint32_t layer, const Pass& pass);

/// The mask itself, [b, units], of zeros and 1/(1−p).
[[nodiscard]] torch::Tensor dropout_mask(std::int64_t units, double p, std::uint32_t layer, const Pass& pass);

}  // namespace expunge
