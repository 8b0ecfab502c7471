// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "framework/core/digest.hpp"
#include "shards/checkpoint/live_tree.hpp"

/// What a live tree and those who check its proofs must agree on, byte for byte: paths and hashes. FORMAT.md is the
/// specification.
namespace expunge::live_tree {

/// The levels from the root down, and how many bits of the path choose a slot at each.
inline constexpr std::array<unsigned, 8> kLevelBits{4, 4, 4, 4, 8, 8, 8, 8};
inline constexpr std::size_t kLevels = kLevelBits.size();
inline constexpr unsigned kPathBits = 48;
inline constexpr std::size_t kMostSlots = 256;

/// The first 48 bits of a reference.
[[nodiscard]] inline std::uint64_t path_of(const Digest& reference) {
  std::uint64_t path = 0;
  for (std::size_t i = 0; i < kPathBits / 8; ++i)
    path = path << 8U | std::to_integer<std::uint64_t>(reference.bytes[i]);
  return path;
}

/// The slot that a path takes at a level, 0 … slots(level) − 1.
[[nodiscard]] inline std::uint8_t slot_of(std::uint64_t path, std::size_t level) {
  constexpr auto kBitsBelow = [] {
    std::array<unsigned, kLevels> below{};
    unsigned left = kPathBits;
    for (std::size_t i = 0; i < kLevels; ++i) below[i] = left -= kLevelBits[i];
    return below;
  }();
  return static_cast<std::uint8_t>(path >> kBitsBelow[level] & ((1U << kLevelBits[level]) - 1U));
}
[[nodiscard]] constexpr std::size_t slots(std::size_t level) {
  return std::size_t{1} << kLevelBits[level];
}

[[nodiscard]] inline Digest leaf_hash(const Digest& reference) {
  std::array<std::byte, 1 + sizeof(Digest::bytes)> text{std::byte{0x00}};
  std::ranges::copy(reference.bytes, text.begin() + 1);
  return digest_of_bytes(text);
}

/// Hashes an inner node: its occupied slots are added in ascending order.
class NodeHasher {
 public:
  NodeHasher() { text_[0] = std::byte{0x01}; }  // the rest is written before it is read
  void add(std::uint8_t slot, const Digest& subtree) {
    text_[size_] = std::byte{slot};
    std::memcpy(&text_[size_ + 1], subtree.bytes.data(), subtree.bytes.size());
    size_ += kEntry;
  }
  [[nodiscard]] Digest finish() const { return digest_of_bytes(ByteView(text_).first(size_)); }

 private:
  static constexpr std::size_t kEntry = 1 + sizeof(Digest::bytes);
  std::array<std::byte, 1 + kMostSlots * kEntry> text_;
  std::size_t size_ = 1;
};

/// The root over a top node; `top` is zero where there is none.
[[nodiscard]] inline Digest root_hash(std::uint64_t leaves, const Digest& top) {
  static_assert(std::endian::native == std::endian::little);
  std::array<std::byte, 1 + kLiveTreeScheme.size() + sizeof(leaves) + sizeof(Digest::bytes)> text{std::byte{0x02}};
  auto end = std::ranges::copy(bytes_of(kLiveTreeScheme), text.begin() + 1).out;
  end = std::ranges::copy(bytes_of_value(leaves), end).out;
  std::ranges::copy(top.bytes, end);
  return digest_of_bytes(text);
}

}  // namespace expunge::live_tree
