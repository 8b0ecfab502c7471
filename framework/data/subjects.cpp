// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/data/subjects.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>

#include "framework/core/error.hpp"
#include "framework/text/utf8.hpp"

namespace expunge {

std::string subject_problem(std::string_view text) {
  return text.empty() ? "is empty" : text_problem(text);
}

SubjectList read_subject_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Failure(fmt::format("cannot open the subjects file {}: {}", path, std::strerror(errno)));
  SubjectList subjects;
  std::string line;
  while (std::getline(file, line)) {
    if (subjects.rows() == 0 && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
    if (line.ends_with('\r')) line.pop_back();
    if (const std::string problem = subject_problem(line); !problem.empty())
      throw Failure(
          fmt::format("{}: line {} {}; each line names the subject of one row", path, subjects.rows() + 1, problem));
    subjects.add(line);
  }
  if (file.bad()) throw Failure(fmt::format("cannot read the subjects file {}: {}", path, std::strerror(errno)));
  return subjects;
}

}  // namespace expunge
