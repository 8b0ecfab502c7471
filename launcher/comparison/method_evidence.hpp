// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "launcher/comparison/results.hpp"
#include "launcher/comparison/trial.hpp"
#include "launcher/coordinator/coordinator.hpp"

namespace expunge {

/// Takes into a course what the shards of a recovery say of how they came to be: assumptions that were checked, what
/// was done instead of what was asked, residual memories.
void add_evidence(MethodCourse& course, const Recovery& recovery);

/// Adds the residual memories of shards that DeepObliviate retrained to their end, in `copy`: an exact shard's record
/// has no word of them, so they follow from the stages of base and copy, which are all there. Shards that several
/// batches touch are left out.
void add_full_residual_memories(MethodCourse& course, const Trial& trial, const std::filesystem::path& base,
                                const std::filesystem::path& copy, const std::string& method);

}  // namespace expunge
