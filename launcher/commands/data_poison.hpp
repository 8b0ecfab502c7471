// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "framework/core/error.hpp"

namespace expunge {

/// `expunge data poison`: writes a data set in which some samples are poisoned and belong to one synthetic subject, or
/// what a backdoor is tried with; and tells the request that makes a run forget them.
[[nodiscard]] Exit run_data_poison(std::span<const std::string> arguments);

}  // namespace expunge
