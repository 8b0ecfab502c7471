// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/model/input.hpp"

#include <cstring>

namespace expunge {

void to_input(ByteView features, FeatureType type, const Normalisation& normalisation, std::span<float> out) {
  const std::size_t size = out.size();
  float* to = out.data();
  if (type == FeatureType::kU8) {
    const auto scale = static_cast<float>(1.0 / (255.0 * normalisation.deviation));
    const auto shift = static_cast<float>(-normalisation.mean / normalisation.deviation);
    const auto* from = reinterpret_cast<const unsigned char*>(features.data());
    for (std::size_t i = 0; i < size; ++i) to[i] = static_cast<float>(from[i]) * scale + shift;
    return;
  }
  std::memcpy(to, features.data(), size * sizeof(float));
  if (normalisation.mean == 0 && normalisation.deviation == 1) return;
  const auto scale = static_cast<float>(1.0 / normalisation.deviation);
  const auto shift = static_cast<float>(-normalisation.mean / normalisation.deviation);
  for (std::size_t i = 0; i < size; ++i) to[i] = to[i] * scale + shift;
}

}  // namespace expunge
