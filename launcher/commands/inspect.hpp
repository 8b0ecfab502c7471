// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "framework/core/error.hpp"

namespace expunge {

/// `expunge inspect`: what is in a run, and where a sample lives. Reads only; no MPI.
[[nodiscard]] Exit run_inspect(std::span<const std::string> arguments);

}  // namespace expunge
