// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/model/keyed_dropout.hpp"

#include <cmath>

#include <torch/torch.h>

namespace expunge {

torch::Tensor dropout_mask(std::int64_t units, double p, std::uint32_t layer, const Pass& pass) {
  const auto rows = static_cast<std::int64_t>(pass.ids.size());
  auto mask = torch::empty({rows, units}, torch::kFloat32);
  auto* out = mask.data_ptr<float>();
  const auto keep = static_cast<float>(1.0 / (1.0 - p));
  const auto threshold = static_cast<std::uint32_t>(std::llround(p * 0x1.0p32));
  const auto count = static_cast<std::uint64_t>(units);
  for (const std::uint64_t id : pass.ids) {
    for (std::uint64_t unit = 0; unit < count; unit += 8) {
      const auto bits = pass.dropout.block(id, layer, unit / 8);
      for (std::uint64_t j = 0; j < 8 && unit + j < count; ++j) {
        const auto draw = static_cast<std::uint32_t>(bits[j / 2] >> (32U * (j % 2)));
        *out++ = draw < threshold ? 0.0F : keep;
      }
    }
  }
  return mask;
}

torch::Tensor keyed_dropout(const torch::Tensor& values, double p, std::uint32_t layer, const Pass& pass) {
  if (!pass.training || p == 0) return values;
  const auto mask = dropout_mask(values.numel() / values.size(0), p, layer, pass);
  return values * mask.to(values.device()).view(values.sizes());
}

}  // namespace expunge
