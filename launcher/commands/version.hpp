// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "framework/core/error.hpp"

namespace expunge {

/// `expunge --version [--json]`: what this program was built from, and the libraries it runs with. MPI is not
/// initialised.
Exit run_version(std::span<const std::string> arguments);

/// What it prints, for people and as JSON.
[[nodiscard]] std::string version_text();
[[nodiscard]] std::string version_json();

}  // namespace expunge
