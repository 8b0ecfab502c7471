// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/checkpoint/state.hpp"

namespace expunge {

Digest model_digest(const ModelState& state) {
  Hasher hasher("expunge/model-state/v1");
  for (const auto* group : {&state.parameters, &state.buffers, &state.optimizer}) {
    hasher.add(group->size());
    for (const auto& tensor : *group) {
      hasher.add(std::string_view(tensor.name));
      hasher.add(static_cast<std::uint64_t>(tensor.type));
      hasher.add(tensor.dims.size());
      for (const auto dim : tensor.dims) hasher.add(static_cast<std::uint64_t>(dim));
      hasher.add(ByteView(tensor.bytes));
    }
  }
  hasher.add(static_cast<std::uint64_t>(state.optimizer_step));
  return hasher.finish();
}

}  // namespace expunge
