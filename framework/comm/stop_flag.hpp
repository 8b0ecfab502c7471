// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>

namespace expunge {

/// The number of the signal that asked this process to stop, 0 if none did. Raised by handlers, read at every batch.
[[nodiscard]] int stop_signal();

/// Installs handlers for SIGUSR1, SIGUSR2 and SIGTERM that only raise the flag; a second signal of a kind has its
/// default action. Only the launcher calls this: libraries leave handlers alone.
void catch_stop_signals();

/// From here on these signals do nothing: once the ranks have agreed on their exit code, a launcher that ends the
/// slower ones must not change it.
void ignore_stop_signals();

/// Lowers the flag: for tests.
void clear_stop_signal();

}  // namespace expunge
