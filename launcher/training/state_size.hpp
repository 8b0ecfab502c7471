// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "shards/train/training_configuration.hpp"

namespace expunge {

/// Bytes of the tensors in one checkpoint: parameters, buffers and what is carried of the optimiser's state.
[[nodiscard]] std::uint64_t state_bytes(const TrainingConfiguration& configuration);

}  // namespace expunge
