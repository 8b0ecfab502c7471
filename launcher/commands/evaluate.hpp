// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "framework/core/error.hpp"

namespace expunge {

/// `expunge evaluate`: what the ensemble and each of its constituents answer on labelled data, and what that is worth.
[[nodiscard]] Exit run_evaluate(std::span<const std::string> arguments);

}  // namespace expunge
