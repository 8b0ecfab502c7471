// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "framework/comm/communicator.hpp"

namespace expunge {

/// Runs `work` on `ranks` threads of this process, each with a communicator of its own, and returns when all have
/// ended. The first exception (lowest rank) is rethrown. A rank that throws releases the others from their collectives
/// by a Failure. For tests, and for trying several ranks without a launcher.
void run_on_threads(int ranks, const std::function<void(Communicator&)>& work);

}  // namespace expunge
