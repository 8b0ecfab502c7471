// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "framework/core/error.hpp"

namespace expunge {

/// `methods [--json]`: every way to forget, what it needs and what it promises.
Exit run_methods(std::span<const std::string> arguments);

}  // namespace expunge
