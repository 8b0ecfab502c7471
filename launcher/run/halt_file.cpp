// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/run/halt_file.hpp"

#include <algorithm>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

#include "framework/core/error.hpp"
#include "framework/log/log.hpp"

namespace expunge {

namespace {

constexpr std::string_view kNow = "now\n";
constexpr std::string_view kAfterSlice = "after-slice\n";

std::filesystem::path halt_path(const std::filesystem::path& run) {
  return run / "halt";
}

}  // namespace

HaltRequest read_halt_file(const std::filesystem::path& run) {
  std::error_code ignored;
  if (!std::filesystem::exists(halt_path(run), ignored)) return HaltRequest::kNone;
  // A file that vanishes or can't be read asks for the safe thing all the same.
  std::ifstream stream(halt_path(run));
  std::string word;
  stream >> word;
  return word + '\n' == kAfterSlice ? HaltRequest::kAfterSlice : HaltRequest::kNow;
}

void write_halt_file(FileSystem& files, const std::filesystem::path& run, HaltRequest request) {
  if (request == HaltRequest::kNone) throw Bug("a halt file that asks for nothing");
  publish(files, halt_path(run), bytes_of(request == HaltRequest::kNow ? kNow : kAfterSlice));
}

bool remove_halt_file(FileSystem& files, const std::filesystem::path& run) {
  if (files.unlink(halt_path(run)) == 0) return false;
  files.sync_directory(run);
  return true;
}

void clear_stale_halt_file(FileSystem& files, const std::filesystem::path& run) {
  if (remove_halt_file(files, run)) {
    log::warning("removed {}: it was meant for a job that has ended", halt_path(run).string());
  }
}

}  // namespace expunge
