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
};

/// Throws Failure with the library's own words where `code` is not MPI_SUCCESS. `call` names the function: "MPI_Bcast".
void mpi_check(int code, const char* call);

/// The version of the linked library in one line.
[[nodiscard]] std::string mpi_version();

}  // namespace expunge
