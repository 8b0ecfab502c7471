// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "framework/comm/communicator.hpp"

namespace expunge {

/// Collective: rank 0's text, on every rank.
[[nodiscard]] std::string broadcast_text(Communicator& comm, const std::string& text);

}  // namespace expunge
