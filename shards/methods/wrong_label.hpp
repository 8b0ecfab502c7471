// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "framework/random/key.hpp"

namespace expunge {

/// A label of 0 … `classes` − 1 that is not `label`: uniform over the others, a function of the key and the sample's
/// id. `classes` is at least 2.
[[nodiscard]] inline std::int64_t wrong_label(const Key& key, std::uint64_t id, std::int64_t label,
                                              std::int64_t classes) {
  const auto others = static_cast<std::uint64_t>(classes) - 1;
  const auto drawn = static_cast<std::int64_t>(key.draw(id) % others);
  return drawn < label ? drawn : drawn + 1;
}

}  // namespace expunge
