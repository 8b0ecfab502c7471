// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "framework/core/error.hpp"

namespace expunge {

/// `certify`: writes a signed certificate of one request's deletion.
Exit run_certify(std::span<const std::string> arguments);

}  // namespace expunge
