// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "framework/core/ids.hpp"

namespace expunge {

/// One shard's part of pending batches.
struct ShardUnlearning {
  ShardId shard;
  std::string method;                  ///< SPEC
  std::vector<std::uint64_t> batches;  ///< pending ones that touch the shard, ascending
  SliceId first;                       ///< the earliest slice that they touch
  SliceId last;                        ///< the latest
  /// Samples that they take from the shard: no method that reads them works where the data has fewer. 0: not said.
  std::uint64_t forgotten = 0;
};

}  // namespace expunge
