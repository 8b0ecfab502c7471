// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "framework/comm/agreement.hpp"

namespace expunge {

/// What is told of a failure: each line of the message behind "expunge: ", and for a bug that it is one. Empty where
/// the message is.
[[nodiscard]] std::string failure_text(const Outcome& outcome);

/// Writes it to standard error.
void tell_failure(const Outcome& outcome);

}  // namespace expunge
