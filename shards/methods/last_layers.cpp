// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/methods/last_layers.hpp"

#include "shards/train/model_state.hpp"

namespace expunge {

namespace {

std::string layer_of(const std::string& tensor) {
  const std::size_t dot = tensor.rfind('.');
  return dot == std::string::npos ? std::string() : tensor.substr(0, dot);
}

}  // namespace

LastLayersSettings read_last_layers(const Spec& spec) {
  spec.expect(0, "", {"k", "epochs", "lr", "momentum", "batch-size"});
  return {read_descent(spec, {}), spec.integer_or("k", 1, 1, 1'000'000)};
}

LastLayers::LastLayers(Workbench& bench, std::int64_t k) {
  const auto& parameters = bench.trained_state().parameters;
  for (auto parameter = parameters.rbegin(); parameter != parameters.rend(); ++parameter) {
    if (names_.contains(layer_of(parameter->name))) continue;
    if (names_.size() == static_cast<std::size_t>(k)) break;
    names_.insert(layer_of(parameter->name));
  }
  has_all_ = names_.size() == static_cast<std::size_t>(k);
}

bool LastLayers::holds(const std::string& tensor) const {
  return names_.contains(layer_of(tensor));
}

std::vector<std::string> LastLayers::fallbacks() const {
  return has_all_ ? std::vector<std::string>{}
                  : std::vector<std::string>{"the model has fewer layers than k: all of them were trained"};
}

void LastLayers::train(Workbench& bench, const DescentSettings& settings) const {
  for (const auto& [name, tensor] : bench.model().named_parameters())
    if (!holds(name)) tensor.set_requires_grad(false);
  train_on_retain_set(bench, settings);
  put(bench, bench.state());
}

void LastLayers::put(Workbench& bench, const ModelState& in_here) const {
  ModelState state = bench.trained_state();
  const auto replace = [&](std::vector<StateTensor>& tensors, const std::vector<StateTensor>& by) {
    for (std::size_t i = 0; i < tensors.size(); ++i)
      if (holds(tensors[i].name)) tensors[i] = by.at(i);
  };
  replace(state.parameters, in_here.parameters);
  replace(state.buffers, in_here.buffers);
  restore_state(state, bench.model(), nullptr);
}

}  // namespace expunge
