// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include "launcher/comparison/comparison_workspace.hpp"
#include "launcher/process/environment.hpp"

namespace expunge {

/// Where the work of a comparison is done: what all its steps need.
struct ComparisonBench {
  Session& session;
  const ComparisonWorkspace& workspace;
  std::filesystem::path run;  ///< the user's: its halt file is obeyed
  std::optional<std::chrono::system_clock::time_point> deadline;
  std::string& stop_reason;  ///< why the work was put down, once it was
};

}  // namespace expunge
