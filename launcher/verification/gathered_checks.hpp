// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "framework/comm/communicator.hpp"
#include "shards/verify/shard_check.hpp"

namespace expunge {

/// Collective: every rank's checks on every rank, by shard.
[[nodiscard]] std::vector<ShardCheck> gather_checks(Communicator& comm, const std::vector<ShardCheck>& mine);

}  // namespace expunge
