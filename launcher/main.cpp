// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/commands/command_line.hpp"

int main(int argc, char** argv) {
  return expunge::run_command_line(argc, argv);
}
