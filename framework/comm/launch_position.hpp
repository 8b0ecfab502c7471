// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace expunge {

/// Where this process stands in a launch, told from the launcher's environment variables, without MPI: {0, 1} outside.
struct LaunchPosition {
  int rank = 0;
  int ranks = 1;
  bool launched = false;  ///< under mpirun, srun or alike
  int local_rank = 0;     ///< among the ranks of this node; where the launcher does not tell, the rank
};
[[nodiscard]] LaunchPosition launch_position();

}  // namespace expunge
