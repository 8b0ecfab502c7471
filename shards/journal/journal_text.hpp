// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "shards/journal/journal.hpp"

namespace expunge {

/// Every line names it. JOURNAL.md is the specification.
inline constexpr std::uint64_t kJournalVersion = 1;

/// A line's JSON text without its hash and without a newline: what the hash is computed of. Throws Failure where a text
/// in it is not UTF-8.
[[nodiscard]] std::string text_without_hash(const JournalLine& line);

}  // namespace expunge
