// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/comm/mpi_error.hpp"

#include <array>
#include <string>

#include <fmt/core.h>
#include <mpi.h>

#include "framework/core/error.hpp"

namespace expunge {

void mpi_check(int code, const char* call) {
  if (code == MPI_SUCCESS) return;
  std::array<char, MPI_MAX_ERROR_STRING> text{};
  int length = 0;
  if (MPI_Error_string(code, text.data(), &length) != MPI_SUCCESS) length = 0;
  throw Failure(
      fmt::format("{} failed: {} (code {}); the other ranks can't be reached, end the job and run it again", call,
                  length > 0 ? std::string(text.data(), static_cast<std::size_t>(length)) : "unknown error", code));
}

}  // namespace expunge
