// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "launcher/run/opened_run.hpp"
#include "launcher/run/run_directory.hpp"

namespace expunge {

/// What `inspect --sample` says: where one sample lives, what saw it, and what forgetting it would cost. `data` is
/// where the run's data has moved; empty: what the manifest names. Throws Failure where that does not have the sample.
[[nodiscard]] nlohmann::ordered_json describe_sample(const RunDirectory& directory, const RunRecords& run,
                                                     const std::string& data, std::uint64_t id);
void print_sample(const nlohmann::ordered_json& json);

}  // namespace expunge
