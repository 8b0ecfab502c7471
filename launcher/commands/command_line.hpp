// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace expunge {

/// The whole program: picks the command, runs it, turns every failure into a message on standard error and an exit
/// code. Never throws.
[[nodiscard]] int run_command_line(int argc, const char* const* argv);

}  // namespace expunge
