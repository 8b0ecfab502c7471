// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "framework/core/error.hpp"

namespace expunge {

/// `expunge halt --run DIR [--after-slice]`: asks the job that works on a run to stop cleanly.
Exit run_halt(std::span<const std::string> arguments);

}  // namespace expunge
