// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "launcher/process/environment.hpp"

namespace expunge {

/// Collective. How the ranks of a session sum their vote counts: by NCCL where every rank has a GPU of its own and this
/// build has NCCL, else nothing, and the communicator sums them. The sums are integers: the same either way.
[[nodiscard]] std::function<void(std::span<std::int64_t>)> vote_reduction(Session& session);

}  // namespace expunge
