// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

namespace expunge {

/// A count of a document that `inspect` shows.
[[nodiscard]] inline std::uint64_t whole(const nlohmann::ordered_json& number) {
  return number.get<std::uint64_t>();
}

/// A text of it; "-" where there is none.
[[nodiscard]] inline std::string word(const nlohmann::ordered_json& text) {
  return text.is_null() ? "-" : text.get<std::string>();
}

}  // namespace expunge
