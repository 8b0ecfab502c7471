// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/standard_output.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <iostream>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "framework/comm/mpi_communicator.hpp"
#include "framework/core/error.hpp"

namespace expunge {

void leave_output_to_rank_0() {
  if (launch_position().rank == 0) return;
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere < 0) return;
  ::dup2(nowhere, STDOUT_FILENO);
  ::close(nowhere);
}

void flush_output() {
  errno = 0;
  std::cout.flush();
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && std::cout.good()) return;
  const int reason = errno;
  throw Failure(reason == 0
                    ? "standard output can't be written"
                    : fmt::format("standard output can't be written: {}", std::generic_category().message(reason)));
}

}  // namespace expunge
