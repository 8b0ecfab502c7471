// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "framework/core/error.hpp"

namespace expunge {

/// `expunge compare`: what exact forgetting costs, what methods save, and what they leave behind.
[[nodiscard]] Exit run_compare(std::span<const std::string> arguments);

}  // namespace expunge
