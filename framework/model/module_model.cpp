// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/model/module_model.hpp"

#include <array>
#include <cmath>

#include <fmt/format.h>
#include <torch/torch.h>

#include "framework/core/error.hpp"
#include "framework/model/norm.hpp"

namespace expunge {

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

/// Weights are [out, in…].
void draw_by_fan_in(const std::string& name, torch::nn::Module& layer, const Key& key) {
  const auto own = layer.named_parameters(/*recurse=*/false);
  const torch::Tensor& weight = own["weight"];
  const std::int64_t fan_in = weight.numel() / weight.size(0);
  const double bound = 1.0 / std::sqrt(static_cast<double>(fan_in));
  for (const auto& parameter : own)
    draw_uniform(parameter.value(), bound, key.derive("expunge/parameter/v1").derive(name + "." + parameter.key()));
}

void begin_norm_anew(const std::string& /*name*/, torch::nn::Module& layer, const Key& /*key*/) {
  layer.as<NormImpl>()->begin_anew();
}

/// How layers of one type begin.
struct InitialRule {
  bool (*applies)(const torch::nn::Module& layer);
  void (*begin)(const std::string& name, torch::nn::Module& layer, const Key& key);
};

template <class Layer>
bool is(const torch::nn::Module& layer) {
  return dynamic_cast<const Layer*>(&layer) != nullptr;
}

constexpr std::array kRules{
    InitialRule{is<NormImpl>, begin_norm_anew}, InitialRule{is<torch::nn::LinearImpl>, draw_by_fan_in},
    InitialRule{is<torch::nn::Conv1dImpl>, draw_by_fan_in}, InitialRule{is<torch::nn::Conv2dImpl>, draw_by_fan_in}};

}  // namespace

void initialise_layer(const std::string& name, torch::nn::Module& layer, const Key& key) {
  const torch::NoGradGuard no_gradients;
  for (const auto& rule : kRules)
    if (rule.applies(layer)) return rule.begin(name, layer, key);
  if (layer.parameters(/*recurse=*/false).empty() && layer.buffers(/*recurse=*/false).empty()) return;
  throw Bug(fmt::format("the layer '{}' is a {}, for which there is no rule of how it begins", name, layer.name()));
}

void ModuleModel::initialise(const Key& key) {
  for (const auto& [name, layer] : layers_)
    for (const auto& entry : layer->named_modules(name)) initialise_layer(entry.key(), *entry.value(), key);
}

void ModuleModel::take_on(const std::string& name, std::shared_ptr<torch::nn::Module> layer) {
  for (const auto& parameter : layer->named_parameters())
    add_parameter(name + "." + parameter.key(), parameter.value());
  for (const auto& buffer : layer->named_buffers()) add_buffer(name + "." + buffer.key(), buffer.value());
  layers_.emplace_back(name, std::move(layer));
}

}  // namespace expunge
