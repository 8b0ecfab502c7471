// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace expunge {

/// Throws UsageError where the report can't be written to `out`: it is no folder, holds other files than a report's, or
/// lies in the run directory, in which nothing is changed.
void require_report_place(const std::filesystem::path& out, const std::filesystem::path& run);

/// Makes the folder where it isn't there. Throws Failure where it can't be made.
void make_report_place(const std::filesystem::path& out);

/// Writes report.json and report.html, each whole or not at all. Returns where the page is.
std::filesystem::path write_report(const std::filesystem::path& out, const nlohmann::ordered_json& document);

}  // namespace expunge
