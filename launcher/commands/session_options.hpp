// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "framework/config/option_table.hpp"
#include "launcher/process/environment.hpp"

namespace expunge {

/// Declares `--threads` and `--device`, which every command that computes takes.
void declare(OptionTable& table, SessionOptions& options);

}  // namespace expunge
