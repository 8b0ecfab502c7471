// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "framework/config/spec.hpp"

namespace expunge {

/// The text of a data SPEC with every path in it absolute, so that it means the same from any folder.
[[nodiscard]] std::string with_absolute_paths(const Spec& spec);

}  // namespace expunge
