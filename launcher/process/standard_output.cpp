// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/process/standard_output.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <iostream>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "framework/comm/launch_position.hpp"
#include "framework/core/error.hpp"

namespace expunge {

namespace {

/// Set once a loss was told.
bool loss_told = false;

[[noreturn]] void tell_loss(int reason) {
  loss_told = true;
  throw Failure(reason == 0
                    ? "standard output can't be written"
                    : fmt::format("standard output can't be written: {}", std::generic_category().message(reason)));
}

}  // namespace

void hold_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) >= 0) continue;
    // The lowest free number is the one that `open` gives: this one, since those below are open.
    if (::open("/dev/null", stream == STDERR_FILENO ? O_WRONLY : O_RDONLY) != stream) return;
  }
}

void leave_output_to_rank_0() {
  if (launch_position().rank == 0) return;
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere < 0) return;
  ::dup2(nowhere, STDOUT_FILENO);
  ::close(nowhere);
}

void with_output(const std::function<void()>& work) {
  try {
    work();
  } catch (const std::system_error& error) {
    if (std::ferror(stdout) != 0 && !loss_told) tell_loss(error.code().value());
    throw;
  } catch (...) {
    // What was printed before is still worth having; a loss is what is being told already.
    std::cout.flush();
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) loss_told = true;
    throw;
  }
  errno = 0;
  std::cout.flush();
  const bool arrived = std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && std::cout.good();
  if (!arrived && !loss_told) tell_loss(errno);
}

std::string document_text(const nlohmann::ordered_json& document) {
  return document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
}

}  // namespace expunge
