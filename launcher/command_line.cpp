// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/command_line.hpp"

namespace expunge {

int run_command_line(int argc, const char* const* argv) {
  (void)argc;
  (void)argv;
  return 0;
}

}  // namespace expunge
