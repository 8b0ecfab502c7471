// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "launcher/comparison/results.hpp"
#include "launcher/coordinator/coordinator.hpp"

namespace expunge {

/// Takes into a course what the shards of a recovery say of how they came to be: assumptions that were checked, what
/// was done instead of what was asked, residual memories. `batch`: the trial's, from 1.
void add_evidence(MethodCourse& course, const Recovery& recovery, std::uint64_t batch);

}  // namespace expunge
