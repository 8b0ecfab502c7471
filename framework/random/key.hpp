// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace expunge {

/// A 128-bit key from which draws and further keys follow. A run's seed is one; so is every sub-key of it.
///
///   Key seed = Key::parse("7");
///   Key order = seed.derive("order").derive("epoch", {shard, stage, epoch});
///   std::uint64_t rank_of_sample = order.draw(sample.value());
///
/// A draw is a function of the key and the counter alone (Philox4x64-10, Salmon et al. 2011): no draw depends on how
/// many were made before it, so no sample's draws depend on which other samples are there.
class Key {
 public:
  Key() = default;
  explicit Key(std::array<std::uint64_t, 2> words) : words_(words) {}

  /// A seed as a user gives it: 32 hexadecimal digits, or a decimal integer 0 … 2^63−1 (a short seed, for experiments).
  /// Throws UsageError for anything else.
  [[nodiscard]] static Key parse(std::string_view text);
  /// 128 bits from the system's generator.
  [[nodiscard]] static Key random();
  /// True for what a decimal integer gives: such a seed can be guessed.
  [[nodiscard]] bool is_short() const { return words_[1] == 0; }
  /// 32 hexadecimal digits; `parse` reads them back.
  [[nodiscard]] std::string hex() const;

  /// A sub-key: BLAKE2b of the domain and the coordinates under this key.
  [[nodiscard]] Key derive(std::string_view domain, std::initializer_list<std::uint64_t> coordinates = {}) const;

  /// 256 random bits at a counter.
  [[nodiscard]] std::array<std::uint64_t, 4> block(std::uint64_t a, std::uint64_t b = 0, std::uint64_t c = 0) const;
  /// The first 64 of them.
  [[nodiscard]] std::uint64_t draw(std::uint64_t a, std::uint64_t b = 0, std::uint64_t c = 0) const {
    return block(a, b, c)[0];
  }
  /// SipHash-2-4 of a text under this key: 64 bits for placing strings.
  [[nodiscard]] std::uint64_t hash(std::string_view text) const;

  [[nodiscard]] const std::array<std::uint64_t, 2>& words() const { return words_; }
  bool operator==(const Key&) const = default;

 private:
  std::array<std::uint64_t, 2> words_{};
};

/// A uniform value in [0, 1) with 24 random bits: exact in float.
[[nodiscard]] inline float unit_float(std::uint64_t bits) {
  return static_cast<float>(bits >> 40U) * 0x1.0p-24F;
}
/// A uniform value in [0, 1) with 53 random bits: exact in double.
[[nodiscard]] inline double unit_double(std::uint64_t bits) {
  return static_cast<double>(bits >> 11U) * 0x1.0p-53;
}

}  // namespace expunge
