// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/train/model_state.hpp"

#include <cstring>

#include <fmt/format.h>
#include <torch/torch.h>

#include "framework/core/error.hpp"

namespace expunge {

namespace {

StateTensor to_state(const std::string& name, const torch::Tensor& tensor) {
  const torch::Tensor cpu = tensor.detach().to(torch::kCPU).contiguous();
  StateTensor stored;
  stored.name = name;
  if (cpu.scalar_type() == torch::kFloat32)
    stored.type = StateTensor::Type::kF32;
  else if (cpu.scalar_type() == torch::kInt64)
    stored.type = StateTensor::Type::kI64;
  else
    throw Bug(fmt::format("the tensor '{}' has a type that no state can hold", name));
  stored.dims.assign(cpu.sizes().begin(), cpu.sizes().end());
  stored.bytes.resize(cpu.nbytes());
  if (!stored.bytes.empty()) std::memcpy(stored.bytes.data(), cpu.data_ptr(), cpu.nbytes());
  return stored;
}

/// One tensor of a state and where it goes.
struct Move {
  const StateTensor* from;
  std::string name;
  torch::Tensor to;
};

torch::ScalarType type_of(const StateTensor& stored) {
  return stored.type == StateTensor::Type::kF32 ? torch::kFloat32 : torch::kInt64;
}

void check(const Move& move) {
  const StateTensor& stored = *move.from;
  if (stored.name != move.name || move.to.scalar_type() != type_of(stored) ||
      move.to.sizes() != at::IntArrayRef(stored.dims))
    throw Failure(fmt::format("the state holds '{}' [{}] where the model has '{}' [{}]", stored.name,
                              fmt::join(stored.dims, ", "), move.name, fmt::join(move.to.sizes(), ", ")));
  if (stored.bytes.size() != move.to.nbytes())
    throw Failure(
        fmt::format("the state's '{}' has {} bytes instead of {}", move.name, stored.bytes.size(), move.to.nbytes()));
}

void carry_out(const Move& move) {
  const auto cpu = torch::empty(move.to.sizes(), torch::TensorOptions().dtype(type_of(*move.from)));
  if (!move.from->bytes.empty()) std::memcpy(cpu.data_ptr(), move.from->bytes.data(), move.from->bytes.size());
  move.to.copy_(cpu);
}

void require_count(const char* what, std::size_t stored, std::size_t wanted) {
  if (stored != wanted)
    throw Failure(fmt::format("the state holds {} {} where the model has {}", stored, what, wanted));
}

}  // namespace

ModelState capture_state(const Model& model, const Optimizer* optimizer) {
  ModelState state;
  const auto& parameters = model.named_parameters();
  for (const auto& [name, tensor] : parameters) state.parameters.push_back(to_state(name, tensor));
  for (const auto& [name, tensor] : model.named_buffers()) state.buffers.push_back(to_state(name, tensor));
  if (optimizer == nullptr) return state;
  for (const auto& slot : optimizer->slots())
    for (std::size_t i = 0; i < slot.tensors.size(); ++i)
      state.optimizer.push_back(to_state(slot.name + "/" + parameters[i].name, slot.tensors[i]));
  state.optimizer_step = optimizer->steps();
  return state;
}

void restore_state(const ModelState& state, Model& model, Optimizer* optimizer) {
  const torch::NoGradGuard no_gradients;
  const auto& parameters = model.named_parameters();
  const auto& buffers = model.named_buffers();
  std::vector<Move> moves;
  require_count("parameters", state.parameters.size(), parameters.size());
  require_count("buffers", state.buffers.size(), buffers.size());
  for (std::size_t i = 0; i < parameters.size(); ++i)
    moves.push_back({&state.parameters[i], parameters[i].name, parameters[i].tensor});
  for (std::size_t i = 0; i < buffers.size(); ++i)
    moves.push_back({&state.buffers[i], buffers[i].name, buffers[i].tensor});
  const bool without_optimizer = state.optimizer.empty() && state.optimizer_step == 0;
  if (optimizer != nullptr && !without_optimizer) {
    require_count("optimiser tensors", state.optimizer.size(), optimizer->slots().size() * parameters.size());
    std::size_t next = 0;
    for (auto& slot : optimizer->slots())
      for (std::size_t i = 0; i < slot.tensors.size(); ++i)
        moves.push_back({&state.optimizer[next++], slot.name + "/" + parameters[i].name, slot.tensors[i]});
  }

  // All are checked before the first is moved: a model that is half of this state and half of another is neither.
  for (const auto& move : moves) check(move);
  for (const auto& move : moves) carry_out(move);
  if (optimizer == nullptr) return;
  if (without_optimizer)
    optimizer->reset();
  else
    optimizer->set_steps(state.optimizer_step);
}

}  // namespace expunge
