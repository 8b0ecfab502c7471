// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/comparison/report_place.hpp"

#include <algorithm>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "aggregation/report/comparison_report.hpp"
#include "framework/core/error.hpp"
#include "framework/io/file_system.hpp"
#include "launcher/process/standard_output.hpp"

namespace expunge {

namespace fs = std::filesystem;

namespace {

constexpr const char* kDocument = "report.json";
constexpr const char* kPage = "report.html";

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
  for (const auto& entry : fs::directory_iterator(whole))
    if (const auto name = entry.path().filename(); name != kDocument && name != kPage)
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
  publish(system_files(), folder / kDocument, bytes_of(document_text(document)));
  publish(system_files(), folder / kPage, bytes_of(to_html(document)));
  return folder / kPage;
}

}  // namespace expunge
