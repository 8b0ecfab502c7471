// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/model/model.hpp"

#include <torch/torch.h>

namespace expunge {

namespace {

std::vector<torch::Tensor> tensors_of(const std::vector<NamedTensor>& named) {
  std::vector<torch::Tensor> tensors;
  tensors.reserve(named.size());
  for (const auto& [name, tensor] : named) tensors.push_back(tensor);
  return tensors;
}

}  // namespace

std::int64_t ModelShape::features() const {
  std::int64_t product = 1;
  for (const auto extent : input) product *= extent;
  return product;
}

std::vector<torch::Tensor> Model::parameters() const {
  return tensors_of(parameters_);
}

std::vector<torch::Tensor> Model::buffers() const {
  return tensors_of(buffers_);
}

void Model::to(torch::Device device) {
  const torch::NoGradGuard no_gradients;
  for (auto* group : {&parameters_, &buffers_})
    for (auto& [name, tensor] : *group) tensor.set_data(tensor.to(device));
}

void Model::add_parameter(std::string name, const torch::Tensor& tensor) {
  parameters_.push_back({std::move(name), tensor});
}

void Model::add_buffer(std::string name, const torch::Tensor& tensor) {
  buffers_.push_back({std::move(name), tensor});
}

}  // namespace expunge
