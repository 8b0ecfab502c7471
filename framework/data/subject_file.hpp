// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "framework/data/subject_list.hpp"

namespace expunge {

/// Reads a UTF-8 text file of subjects, one a line, line i for row i−1. A byte order mark at the start and a carriage
/// return at the end of a line are not part of a subject. Throws Failure naming the file and the line where it can't be
/// read or a line is no subject.
[[nodiscard]] SubjectList read_subject_file(const std::string& path);

/// What is wrong with a text as a subject ("is empty", "is not valid UTF-8 at byte 3"), or an empty text.
[[nodiscard]] std::string subject_problem(std::string_view text);

}  // namespace expunge
