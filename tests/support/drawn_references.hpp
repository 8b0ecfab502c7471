// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "framework/core/digest.hpp"
#include "framework/random/key.hpp"

namespace expunge::testing {

/// The `i`-th of a sequence of references. `crowded` ones begin with bytes of two bits each, so that paths part at
/// every level of a live tree, and some never do.
[[nodiscard]] inline Digest drawn_reference(const Key& key, std::uint64_t i, bool crowded) {
  Digest reference;
  const auto block = key.block(i);
  std::memcpy(reference.bytes.data(), block.data(), reference.bytes.size());
  if (crowded)
    for (std::size_t b = 0; b < 6; ++b) reference.bytes[b] &= std::byte{0x11};
  return reference;
}

[[nodiscard]] inline std::vector<Digest> drawn_references(std::uint64_t count, std::uint64_t seed, bool crowded) {
  const Key key({seed, 5});
  std::vector<Digest> references;
  for (std::uint64_t i = 0; i < count; ++i) references.push_back(drawn_reference(key, i, crowded));
  return references;
}

/// `first` repeated six times, which fixes the path, and then `rest`.
[[nodiscard]] inline Digest reference_filled_with(unsigned first, unsigned rest) {
  Digest reference;
  reference.bytes.fill(static_cast<std::byte>(rest));
  for (std::size_t b = 0; b < 6; ++b) reference.bytes[b] = static_cast<std::byte>(first);
  return reference;
}

}  // namespace expunge::testing
