// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "framework/core/error.hpp"

namespace expunge {

/// `check-certificate`: checks a certificate without the run; exit 3 where it is refuted.
Exit run_check_certificate(std::span<const std::string> arguments);

}  // namespace expunge
