// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "launcher/comparison/bench.hpp"
#include "launcher/comparison/results.hpp"
#include "launcher/comparison/trial.hpp"

namespace expunge {

/// Collective. Lets a method work a trial's batches off on a copy of the base, `name` in the workspace, as `unlearn
/// --method` would, and says how. A full copy of what is needed: manifest, journal and records, and every file of the
/// affected shards. When it is done, the states that the method serves are all that is left of the copy, with the
/// records that name them.
///
/// One that was put down goes on where it was; one that was killed begins anew from a fresh copy, since nobody can say
/// what it had done. Nothing: put down.
[[nodiscard]] std::optional<MethodCourse> run_method_on_copy(const ComparisonBench& bench, const Trial& trial,
                                                             const std::filesystem::path& base,
                                                             const std::string& method, const std::string& name);

}  // namespace expunge
