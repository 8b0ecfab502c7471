// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "framework/comm/mpi_communicator.hpp"

namespace expunge::testing {

/// MPI, as the main of MPI tests initialised it. Tests make duplicates of the world from it.
[[nodiscard]] const MpiEnvironment& mpi_environment();

/// The world that tests use. Tests run on all ranks in the same order.
[[nodiscard]] Communicator& mpi_world();

}  // namespace expunge::testing
