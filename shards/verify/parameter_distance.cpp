// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/verify/parameter_distance.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include <fmt/format.h>

#include "framework/core/error.hpp"

namespace expunge {

namespace {

std::string form_of(const StateTensor& tensor) {
  return fmt::format("'{}' {}[{}]", tensor.name, tensor.type == StateTensor::Type::kF32 ? "f32" : "i64",
                     fmt::join(tensor.dims, ", "));
}

bool same_form(const StateTensor& a, const StateTensor& b) {
  return a.name == b.name && a.type == b.type && a.dims == b.dims && a.bytes.size() == b.bytes.size();
}

void require_same_form(const ModelState& state, const ModelState& reference) {
  const auto& these = state.parameters;
  const auto& those = reference.parameters;
  for (std::size_t i = 0; i < std::min(these.size(), those.size()); ++i)
    if (!same_form(these[i], those[i]))
      throw Failure(fmt::format("states of different models have no distance: parameter {} is {} here and {} there",
                                i + 1, form_of(these[i]), form_of(those[i])));
  if (these.size() != those.size())
    throw Failure(fmt::format("states of different models have no distance: {} is a parameter of one alone",
                              form_of(these.size() > those.size() ? these[those.size()] : those[these.size()])));
}

template <class T>
void for_each_pair(const StateTensor& tensor, const StateTensor& reference, const auto& take) {
  const std::size_t count = tensor.bytes.size() / sizeof(T);
  for (std::size_t i = 0; i < count; ++i) {
    T value{};
    T expected{};
    std::memcpy(&value, tensor.bytes.data() + i * sizeof(T), sizeof(T));
    std::memcpy(&expected, reference.bytes.data() + i * sizeof(T), sizeof(T));
    take(static_cast<double>(value), static_cast<double>(expected));
  }
}

}  // namespace

ParameterDistance parameter_distance(const ModelState& state, const ModelState& reference) {
  require_same_form(state, reference);
  double squares = 0;
  double reference_squares = 0;
  ParameterDistance distance;
  const auto take = [&](double value, double expected) {
    const double difference = std::abs(value - expected);
    squares += difference * difference;
    reference_squares += expected * expected;
    // What is no number stays the largest: it is no small distance.
    if (difference > distance.largest || std::isnan(difference)) distance.largest = difference;
  };
  for (std::size_t i = 0; i < state.parameters.size(); ++i) {
    if (state.parameters[i].type == StateTensor::Type::kF32)
      for_each_pair<float>(state.parameters[i], reference.parameters[i], take);
    else
      for_each_pair<std::int64_t>(state.parameters[i], reference.parameters[i], take);
  }
  distance.l2 = std::sqrt(squares);
  distance.relative = squares == 0 ? 0 : distance.l2 / std::sqrt(reference_squares);
  return distance;
}

}  // namespace expunge
