// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "framework/core/error.hpp"

namespace expunge {

/// `keygen`: makes a key pair for signing certificates.
Exit run_keygen(std::span<const std::string> arguments);

}  // namespace expunge
