// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "framework/core/error.hpp"

namespace expunge {

/// `expunge data info SPEC`, `data digits --out FILE`, `data convert SPEC --out FILE`; `arguments` follow the word
/// `data`. Results go to standard output. Needs no MPI. Throws UsageError and Failure.
[[nodiscard]] Exit run_data(std::span<const std::string> arguments);

}  // namespace expunge
