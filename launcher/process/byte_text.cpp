// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/process/byte_text.hpp"

#include <array>
#include <string_view>

#include <fmt/format.h>

namespace expunge {

std::string byte_text(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 6> kUnits{"kB", "MB", "GB", "TB", "PB", "EB"};
  constexpr double kStep = 1000;
  // From here on a value would be shown as 1000.0 of its unit.
  constexpr double kRoundsUp = 999.95;
  if (bytes < 1000) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes) / kStep;
  std::size_t unit = 0;
  while (value >= kRoundsUp && unit + 1 < kUnits.size()) {
    value /= kStep;
    ++unit;
  }
  return fmt::format("{:.1f} {}", value, kUnits[unit]);
}

}  // namespace expunge
