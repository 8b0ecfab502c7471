// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "framework/core/error.hpp"
#include "shards/journal/journal.hpp"

namespace expunge {

/// A line of a format version that this program does not know.
/// Example: a run that a newer release worked on.
class UnknownJournalVersion : public Failure {
  using Failure::Failure;
};

/// A line's text with its newline, as `journal.jsonl` holds it. Sets the line's hash, which follows from all the rest.
/// Throws Failure where a text in it is not UTF-8.
[[nodiscard]] std::string seal_line(JournalLine& line);

/// The line that a text, without its newline, stands for. Throws Failure saying what is wrong with it, as the rest of
/// a sentence that begins with the line's place: its hash does not fit, a field is
/// missing, unknown or out of range, an entry breaks its rules, or `seal_line` would not write exactly this text.
/// Whether it fits the lines before it is not looked at. A line of another version is an UnknownJournalVersion.
[[nodiscard]] JournalLine read_line(std::string_view text);

}  // namespace expunge
