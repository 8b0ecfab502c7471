// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "framework/random/key.hpp"

namespace expunge {

/// Pixels of one digit's image along each side.
inline constexpr int kDigitSide = 28;
inline constexpr std::size_t kDigitPixels = static_cast<std::size_t>(kDigitSide) * kDigitSide;

/// Writes digits by hand, as a writer would. An image is a pure function of the key, the row, the writer and the digit;
/// it is made of exact arithmetic alone (no sine, no exponential), so every machine paints the same bytes.
class DigitPainter {
 public:
  explicit DigitPainter(const Key& key);

  /// Fills `pixels` row by row: 0 is paper, 255 is ink. Takes some tens of microseconds.
  void paint(std::uint64_t row, std::uint32_t writer, int digit, std::span<std::byte, kDigitPixels> pixels) const;

 private:
  Key writer_key_;
  Key sample_key_;
};

}  // namespace expunge
