// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/comparison/report_place.hpp"

#include <algorithm>
#include <fstream>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "aggregation/predict/staged_file.hpp"
#include "aggregation/report/comparison_report.hpp"
#include "framework/core/error.hpp"
#include "framework/io/file_system.hpp"
#include "launcher/process/standard_output.hpp"

namespace expunge {

namespace fs = std::filesystem;

namespace {

constexpr const char* kDocument = "report.json";
constexpr const char* kPage = "report.html";

/// In the place of what was there, whole, and readable for whom the umask lets: a report is to be passed on.
void write_whole(const fs::path& path, const std::string& text) {
  StagedFile staged(path, /*force=*/true, system_files());
  std::ofstream file(staged.temporary(), std::ios::binary);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  file.close();
  if (!file) throw Failure(fmt::format("cannot write {}: is there room on the disk?", path.string()));
  staged.publish();
}

bool lies_in(const fs::path& path, const fs::path& folder) {
  const fs::path inner = fs::weakly_canonical(path);
  const fs::path outer = fs::weakly_canonical(folder);
  return std::ranges::mismatch(outer, inner).in1 == outer.end();
}

}  // namespace

void require_report_place(const fs::path& out, const fs::path& run) {
  const fs::path whole = fs::absolute(out);
  if (lies_in(whole, run))
    throw UsageError(fmt::format("--out {}: it lies in the run directory, which is not changed: choose another folder",
                                 out.string()));
  std::error_code unreadable;
  if (!fs::exists(fs::symlink_status(whole, unreadable))) return;
  if (!fs::is_directory(whole, unreadable))
    throw UsageError(fmt::format("--out {}: it is no folder: choose another one", out.string()));
  // Hidden files are what a report leaves that was killed while it was written, or a file system's own.
  for (const auto& entry : fs::directory_iterator(whole))
    if (const auto name = entry.path().filename();
        name != kDocument && name != kPage && !name.string().starts_with('.'))
      throw UsageError(fmt::format("--out {}: {} is there already: choose an empty folder, or an earlier report's",
                                   out.string(), name.string()));
}

void make_report_place(const fs::path& out) {
  std::error_code error;
  fs::create_directories(out, error);
  if (error) throw Failure(fmt::format("{}: it can't be made: {}", out.string(), error.message()));
}

fs::path write_report(const fs::path& out, const nlohmann::ordered_json& document) {
  const fs::path folder = fs::absolute(out).lexically_normal();
  write_whole(folder / kDocument, document_text(document));
  write_whole(folder / kPage, to_html(document));
  return folder / kPage;
}

}  // namespace expunge
