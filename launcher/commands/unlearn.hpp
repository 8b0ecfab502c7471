// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "framework/core/error.hpp"

namespace expunge {

/// `expunge unlearn`: forgets the samples that requests name, exactly.
[[nodiscard]] Exit run_unlearn(std::span<const std::string> arguments);

}  // namespace expunge
