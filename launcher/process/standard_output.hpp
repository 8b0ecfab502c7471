// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace expunge {

/// Before anything is opened: gives each standard stream that the caller has closed a place that is no file of ours,
/// since the next file to be opened would else take its number, and be written into. Writing to a standard output that
/// was closed goes on to fail.
void hold_standard_streams();

/// Standard output is rank 0's: on the other ranks of a launch it goes nowhere from here on, so that what all ranks say
/// alike (help, a configuration) is said once.
void leave_output_to_rank_0();

/// Runs `work`, which prints, and writes out what is then still in memory. Throws Failure where that, or anything
/// written before, did not arrive, and what `work` throws; a loss that was told once is not told again. A rank that
/// ends with another code than 0 makes the launcher end the others: print before it can.
void with_output(const std::function<void()>& work);

/// The document as `--json` prints it: indented, with a line's end, and U+FFFD for bytes that are no UTF-8 (a path may
/// hold any).
[[nodiscard]] std::string document_text(const nlohmann::ordered_json& document);

}  // namespace expunge
