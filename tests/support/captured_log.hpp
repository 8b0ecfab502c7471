// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <string>
#include <unistd.h>

#include "framework/io/file_system.hpp"
#include "tests/support/temporary_folder.hpp"

namespace expunge::testing {

/// What `work` writes to standard error.
template <class Work>
[[nodiscard]] std::string logged_by(Work work) {
  const TemporaryFolder folder;
  const std::string path = (folder / "log").string();
  std::FILE* const file = std::fopen(path.c_str(), "w");
  if (file == nullptr) throw std::runtime_error("cannot write " + path);
  std::fflush(stderr);
  const int before = ::dup(STDERR_FILENO);
  ::dup2(::fileno(file), STDERR_FILENO);
  const auto restore = [&] {
    std::fflush(stderr);
    ::dup2(before, STDERR_FILENO);
    ::close(before);
    std::fclose(file);
  };
  try {
    work();
  } catch (...) {
    restore();
    throw;
  }
  restore();
  const Bytes bytes = read_file(path);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace expunge::testing
