// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "framework/core/error.hpp"
#include "launcher/coordinator/unlearning_run.hpp"
#include "launcher/process/environment.hpp"
#include "shards/policy/policy.hpp"

namespace expunge {

/// Collective. Replays a request file under a policy: requests come in at their own times on a simulated clock, and
/// every batch that the policy calls for is really accepted, retrained, published and erased, and takes on that clock
/// what it took here. The whole file is validated first. Prints what came of it, and writes `job.out` where that is
/// given.
[[nodiscard]] Exit replay_requests(Session& session, const UnlearningJob& job, const Policy& policy, bool json);

}  // namespace expunge
