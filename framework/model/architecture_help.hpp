// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace expunge {

/// Names of the architectures, each with its arguments, for `--help` and messages.
[[nodiscard]] std::string architecture_help();

}  // namespace expunge
