// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

namespace expunge {

/// The maxima of windows of 2x2 places, next to each other: [b, c, h, w] → [b, c, ⌊h/2⌋, ⌊w/2⌋]; a last odd row or
/// column is left out. NaN wins a window. The gradient goes to the first place of the window, row by row, that has the
/// maximum.
///
/// The same values, gradients and second derivatives as torch::max_pool2d(values, 2), which on a CPU takes as long as
/// LeNet's convolutions.
[[nodiscard]] torch::Tensor max_pool_2x2(const torch::Tensor& values);

}  // namespace expunge
