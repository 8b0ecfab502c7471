// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/verify/state_difference.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace expunge {

namespace {

constexpr std::size_t element_size(StateTensor::Type type) {
  return type == StateTensor::Type::kF32 ? sizeof(float) : sizeof(std::int64_t);
}

template <class T>
T value_at(const StateTensor& tensor, std::size_t element) {
  T value{};
  std::memcpy(&value, tensor.bytes.data() + element * sizeof(T), sizeof(T));
  return value;
}

/// The shortest text that tells the value from every other; a NaN with its bits.
std::string value_text(const StateTensor& tensor, std::size_t element) {
  if (tensor.type == StateTensor::Type::kI64) return fmt::to_string(value_at<std::int64_t>(tensor, element));
  const auto value = value_at<float>(tensor, element);
  if (!std::isnan(value)) return fmt::to_string(value);
  return fmt::format("nan (0x{:08x})", value_at<std::uint32_t>(tensor, element));
}

std::string shape_text(const StateTensor& tensor) {
  return fmt::format("{} [{}]", tensor.type == StateTensor::Type::kF32 ? "f32" : "i64", fmt::join(tensor.dims, ", "));
}

/// "[3,0,1,2]" of a row-major tensor; nothing for a scalar.
std::string place_text(const StateTensor& tensor, std::size_t element) {
  if (tensor.dims.empty()) return {};
  std::vector<std::size_t> place(tensor.dims.size());
  for (std::size_t d = tensor.dims.size(); d-- > 0;) {
    const auto extent = static_cast<std::size_t>(std::max<std::int64_t>(tensor.dims[d], 1));
    place[d] = element % extent;
    element /= extent;
  }
  return fmt::format("[{}]", fmt::join(place, ","));
}

std::optional<std::string> difference_of(std::string_view group, const StateTensor& here, const StateTensor& there) {
  if (here.name != there.name)
    return fmt::format("{}: '{}' here, '{}' in the checkpoint in its place", group, here.name, there.name);
  const std::string name = fmt::format("{}/{}", group, here.name);
  if (here.type != there.type || here.dims != there.dims || here.bytes.size() != there.bytes.size())
    return fmt::format("{}: {} here, {} in the checkpoint", name, shape_text(here), shape_text(there));
  const auto at = std::mismatch(here.bytes.begin(), here.bytes.end(), there.bytes.begin()).first;
  if (at == here.bytes.end()) return std::nullopt;
  const std::size_t element = static_cast<std::size_t>(at - here.bytes.begin()) / element_size(here.type);
  return fmt::format("{}{}: {} here, {} in the checkpoint", name, place_text(here, element), value_text(here, element),
                     value_text(there, element));
}

std::optional<std::string> difference_of(std::string_view group, const std::vector<StateTensor>& here,
                                         const std::vector<StateTensor>& there) {
  for (std::size_t i = 0; i < std::min(here.size(), there.size()); ++i)
    if (auto difference = difference_of(group, here[i], there[i])) return difference;
  if (here.size() == there.size()) return std::nullopt;
  return fmt::format("{}: {} tensors here, {} in the checkpoint", group, here.size(), there.size());
}

}  // namespace

std::optional<std::string> first_difference(const ModelState& here, const ModelState& checkpoint) {
  if (auto difference = difference_of("parameters", here.parameters, checkpoint.parameters)) return difference;
  if (auto difference = difference_of("buffers", here.buffers, checkpoint.buffers)) return difference;
  if (auto difference = difference_of("optimizer", here.optimizer, checkpoint.optimizer)) return difference;
  if (here.optimizer_step == checkpoint.optimizer_step) return std::nullopt;
  return fmt::format("optimizer_step: {} here, {} in the checkpoint", here.optimizer_step, checkpoint.optimizer_step);
}

}  // namespace expunge
