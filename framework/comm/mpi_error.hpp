// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace expunge {

/// Throws Failure with the library's own words where `code` is not MPI_SUCCESS. `call` names the function: "MPI_Bcast".
void mpi_check(int code, const char* call);

}  // namespace expunge
