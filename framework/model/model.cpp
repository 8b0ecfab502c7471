// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/model/model.hpp"

#include <cmath>

#include <torch/torch.h>

#include "framework/model/norm.hpp"

namespace expunge {

std::int64_t ModelShape::features() const {
  std::int64_t product = 1;
  for (const auto extent : input) product *= extent;
  return product;
}

namespace {

void draw_uniform(const torch::Tensor& tensor, double bound, const Key& key) {
  const auto cpu = torch::empty(tensor.sizes(), torch::kFloat32);
  auto* values = cpu.data_ptr<float>();
  const auto size = static_cast<std::uint64_t>(cpu.numel());
  const auto width = static_cast<float>(2 * bound);
  const auto least = static_cast<float>(-bound);
  for (std::uint64_t i = 0; i < size; i += 4) {
    const auto bits = key.block(i / 4);
    for (std::uint64_t j = 0; j < 4 && i + j < size; ++j) values[i + j] = unit_float(bits[j]) * width + least;
  }
  tensor.copy_(cpu);
}

}  // namespace

void initialise(Model& model, const Key& key) {
  const torch::NoGradGuard no_gradients;
  for (const auto& entry : model.named_modules()) {
    if (auto* norm = entry.value()->as<NormImpl>()) {
      norm->begin_anew();
      continue;
    }
    const auto own = entry.value()->named_parameters(/*recurse=*/false);
    const auto* weight = own.find("weight");
    if (weight == nullptr) continue;
    const std::int64_t fan_in = weight->numel() / weight->size(0);
    const double bound = 1.0 / std::sqrt(static_cast<double>(fan_in));
    for (const auto& parameter : own)
      draw_uniform(parameter.value(), bound,
                   key.derive("expunge/parameter/v1").derive(entry.key() + "." + parameter.key()));
  }
}

}  // namespace expunge
