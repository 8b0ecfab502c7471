// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "framework/core/error.hpp"

namespace expunge {

/// `expunge train`: trains every shard to its last stage; goes on from what the run directory holds.
[[nodiscard]] Exit run_train(std::span<const std::string> arguments);

}  // namespace expunge
