// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/core/error.hpp"

#include <algorithm>
#include <array>

namespace expunge {

namespace {

std::string as_lines(const std::vector<std::string>& problems) {
  std::string text;
  for (const auto& problem : problems) {
    if (!text.empty()) text += '\n';
    text += problem;
  }
  return text;
}

}  // namespace

Exit worse(Exit a, Exit b) {
  constexpr std::array kBySeverity{Exit::kDone,  Exit::kStopped, Exit::kFailed,
                                   Exit::kUsage, Exit::kRefuted, Exit::kBug};
  return std::max(a, b, [&](Exit x, Exit y) {
    return std::find(kBySeverity.begin(), kBySeverity.end(), x) < std::find(kBySeverity.begin(), kBySeverity.end(), y);
  });
}

UsageError::UsageError(const std::vector<std::string>& problems) : UsageError(as_lines(problems)) {}

}  // namespace expunge
