// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "framework/core/error.hpp"

namespace expunge {

/// One subcommand of the program. Its file is launcher/commands/<name>.cpp, and it joins the table in
/// launcher/command_line.cpp with one line.
struct Command {
  std::string_view name;
  std::string_view summary;
  /// Gets the words after the command's name. Throws Error, or returns the code: the caller tells the message.
  Exit (*run)(std::span<const std::string> arguments);
  /// It works with tensors and runs on every rank of a launch (through a Session). One that does not only looks or
  /// writes a file: it never initialises MPI, and under a launcher it runs on rank 0 alone.
  bool computes;
};

}  // namespace expunge
