// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "framework/core/bytes.hpp"
#include "framework/data/dataset.hpp"

namespace expunge {

/// How stored features become a model's input: (value − mean) / deviation, a byte's value being byte / 255. Configured,
/// never measured on the training set: a statistic of it would carry every sample into every model.
struct Normalisation {
  double mean = 0;
  double deviation = 1;  ///< greater than 0
};

/// Converts whole samples: `features` holds `out.size()` stored features. Bit-identical on every machine.
void to_input(ByteView features, FeatureType type, const Normalisation& normalisation, std::span<float> out);

}  // namespace expunge
