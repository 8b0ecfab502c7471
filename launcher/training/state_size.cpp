// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/training/state_size.hpp"

#include "shards/train/initial_state.hpp"

namespace expunge {

std::uint64_t state_bytes(const TrainingConfiguration& configuration) {
  const ModelState state = initial_state(configuration, Key{}, ShardId(0));
  std::uint64_t bytes = 0;
  for (const auto* group : {&state.parameters, &state.buffers, &state.optimizer})
    for (const auto& tensor : *group) bytes += tensor.bytes.size();
  return bytes;
}

}  // namespace expunge
