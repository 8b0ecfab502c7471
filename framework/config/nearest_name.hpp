// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace expunge {

/// How many letters must be added, dropped, changed or swapped with their neighbour to turn one word into the other.
/// Example: ("shrads", "shards") is 1.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// The known name that a misspelt one was most likely meant to be, or an empty text where none is near enough: at most
/// a third of its letters wrong (one at least), or cut off after three letters or more. The first of several equally
/// near ones.
[[nodiscard]] std::string nearest_name(std::string_view given, std::span<const std::string> known);

}  // namespace expunge
