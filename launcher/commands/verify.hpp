// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "framework/core/error.hpp"

namespace expunge {

/// `expunge verify`: retrain from scratch and compare bit for bit; check the journal, the files, the erasure.
[[nodiscard]] Exit run_verify(std::span<const std::string> arguments);

}  // namespace expunge
