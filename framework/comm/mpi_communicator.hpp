// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "framework/comm/communicator.hpp"

namespace expunge {

/// MPI for as long as this object lives. One per process, made by the launcher alone.
class MpiEnvironment {
 public:
  /// Initialises MPI, asking for FUNNELED; throws Failure where less is provided.
  MpiEnvironment();
  MpiEnvironment(const MpiEnvironment&) = delete;
  MpiEnvironment& operator=(const MpiEnvironment&) = delete;
  ~MpiEnvironment();

  /// What MPI counts in an int fits below this many bytes; what is longer goes in pieces.
  static constexpr std::size_t kLargestMessage = std::size_t{1} << 30;

  /// A duplicate of the world, owned by the object returned, which must end before this one. Collective. Messages
  /// longer than `largest_message` bytes are cut (tests make it small).
  [[nodiscard]] std::unique_ptr<Communicator> world(std::size_t largest_message = kLargestMessage) const;
  /// Ends every rank at once with an exit code: for hangs and broken invariants.
  [[noreturn]] void abort(int exit_code) const;
};

/// Where this process stands in a launch, told from the launcher's environment variables, without MPI: {0, 1} outside.
struct LaunchPosition {
  int rank = 0;
  int ranks = 1;
  bool launched = false;  ///< under mpirun, srun or alike
  int local_rank = 0;     ///< among the ranks of this node; where the launcher does not tell, the rank
};
[[nodiscard]] LaunchPosition launch_position();

/// The version of the linked library in one line.
[[nodiscard]] std::string mpi_version();

}  // namespace expunge
