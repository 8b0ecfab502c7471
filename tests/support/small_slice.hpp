// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "shards/checkpoint/slice_file.hpp"

namespace expunge::testing {

template <class T>
[[nodiscard]] StateTensor tensor_of(std::string name, std::vector<std::int64_t> dims, const std::vector<T>& values) {
  StateTensor tensor;
  tensor.name = std::move(name);
  tensor.type = sizeof(T) == sizeof(float) ? StateTensor::Type::kF32 : StateTensor::Type::kI64;
  tensor.dims = std::move(dims);
  tensor.bytes.resize(values.size() * sizeof(T));
  if (!values.empty()) std::memcpy(tensor.bytes.data(), values.data(), tensor.bytes.size());
  return tensor;
}

[[nodiscard]] inline Digest digest_filled_with(unsigned value) {
  Digest digest;
  digest.bytes.fill(static_cast<std::byte>(value));
  return digest;
}

/// The state and provenance that the golden file of version 1 holds. It never changes.
[[nodiscard]] inline SliceFile small_slice() {
  SliceFile slice;
  slice.state.parameters = {tensor_of<float>("fc.weight", {2, 3}, {0.5F, -1.0F, 2.0F, 0.25F, 1e-30F, -0.0F}),
                            tensor_of<float>("fc.bias", {2}, {1.0F, -2.0F}), tensor_of<float>("scale", {}, {3.0F})};
  slice.state.buffers = {tensor_of<float>("norm.mean", {2}, {0.125F, 8.0F}),
                         tensor_of<std::int64_t>("norm.batches", {}, {41})};
  slice.state.optimizer = {tensor_of<float>("momentum/fc.weight", {2, 3}, {1, 2, 3, 4, 5, 6}),
                           tensor_of<float>("momentum/fc.bias", {2}, {7, 8}),
                           tensor_of<float>("momentum/scale", {}, {9})};
  slice.state.optimizer_step = 41;
  Provenance& from = slice.provenance;
  from.shard = ShardId(3);
  from.stage = SliceId(7);
  from.samples = 1050;
  from.visits = 1312;
  from.visited = 1312;
  from.model = "mlp:hidden=128x64,activation=tanh";
  from.configuration = digest_filled_with(0x11);
  from.fingerprint = digest_filled_with(0x22);
  from.live = SetDigest::from_hex(digest_filled_with(0x33).hex());
  from.state_before = digest_filled_with(0x44);
  return slice;
}

}  // namespace expunge::testing
