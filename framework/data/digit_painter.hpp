// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "framework/random/key.hpp"

namespace expunge {

/// Draws one after the other at one coordinate of a key: the n-th is a function of the key, the coordinate and n.
/// Made of exact arithmetic alone, so that every machine draws the same numbers.
class DrawStream {
 public:
  DrawStream(const Key& key, std::uint64_t coordinate, std::uint64_t part = 0)
      : key_(key), coordinate_(coordinate), part_(part) {}

  std::uint64_t bits() {
    if (used_ == block_.size()) {
      block_ = key_.block(coordinate_, part_, next_block_++);
      used_ = 0;
    }
    return block_[used_++];
  }
  /// Uniform in [0, 1).
  float unit() { return unit_float(bits()); }
  float uniform(float low, float high) { return low + (high - low) * unit(); }
  /// Mean 0, variance 1, within ±3.47: four uniform values summed.
  float normal() {
    const std::uint64_t four = bits();
    std::uint64_t sum = 0;
    for (int shift = 0; shift < 64; shift += 16) sum += (four >> static_cast<unsigned>(shift)) & 0xFFFFU;
    return (static_cast<float>(sum) * 0x1.0p-16F - 2.0F) * 1.7320508F;
  }
  /// Uniform in {0, …, count − 1}.
  std::uint32_t below(std::uint32_t count) { return static_cast<std::uint32_t>(((bits() >> 32U) * count) >> 32U); }
  bool chance(float probability) { return unit() < probability; }

 private:
  Key key_;
  std::uint64_t coordinate_;
  std::uint64_t part_;
  std::uint64_t next_block_ = 0;
  std::array<std::uint64_t, 4> block_{};
  std::size_t used_ = 4;
};

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
