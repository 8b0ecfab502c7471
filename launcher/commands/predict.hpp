// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "framework/core/error.hpp"

namespace expunge {

/// `expunge predict`: the ensemble's answer for every sample of a data set.
[[nodiscard]] Exit run_predict(std::span<const std::string> arguments);

}  // namespace expunge
