// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "framework/comm/communicator.hpp"
#include "framework/device/numerics.hpp"

namespace expunge {

/// Where a rank runs.
struct Placement {
  std::string host;
  std::vector<int> cpus;  ///< that it may run on, ascending
};

/// This process's.
[[nodiscard]] Placement this_placement();

/// Collective: every rank's, in the order of ranks.
[[nodiscard]] std::vector<Placement> gather_placements(Communicator& comm);

/// How many ranks before `rank` are on its host.
[[nodiscard]] int local_rank_of(const std::vector<Placement>& placements, int rank);

/// "0-3,8", as taskset takes it.
[[nodiscard]] std::string cpu_list(const std::vector<int>& cpus);

/// Says where the ranks run (debug), and warns where some have fewer processors than `threads`. Call it on rank 0.
void log_placements(const std::vector<Placement>& placements, const Device& device, int threads);

}  // namespace expunge
