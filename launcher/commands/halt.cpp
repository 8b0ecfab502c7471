// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "framework/config/option_table.hpp"
#include "framework/io/file_system.hpp"
#include "launcher/commands/commands.hpp"
#include "launcher/process/standard_output.hpp"
#include "launcher/run/halt_file.hpp"

namespace expunge {

namespace {

void require_run_directory(const std::filesystem::path& run) {
  std::error_code ignored;
  if (!std::filesystem::exists(run, ignored)) {
    throw Failure(fmt::format("{} does not exist: give the folder that `expunge train --run` made", run.string()));
  }
  if (!std::filesystem::exists(run / "manifest.json", ignored)) {
    throw Failure(
        fmt::format("{} is no run directory, it has no manifest.json: give the folder that `expunge train --run` made",
                    run.string()));
  }
}

}  // namespace

Exit run_halt(std::span<const std::string> arguments) {
  std::string run;
  bool after_slice = false;
  OptionTable table("halt", "ask the job that works on a run to stop cleanly; run it again to resume");
  table.text("run", &run).required().placeholder("DIR").help("run directory");
  table.flag("after-slice", &after_slice)
      .help("end the slices that are being trained first, rather than stop within them");
  if (table.parse(arguments) == OptionTable::Outcome::kPrinted) {
    fmt::print("{}", table.printed());
    return Exit::kDone;
  }
  require_run_directory(run);
  write_halt_file(system_files(), run, after_slice ? HaltRequest::kAfterSlice : HaltRequest::kNow);
  if (table.json()) {
    const nlohmann::ordered_json report{{"run", run}, {"halt", after_slice ? "after-slice" : "now"}};
    fmt::print("{}", document_text(report));
  } else {
    fmt::print("asked the job that works on {} to stop {}; the next start of this run resumes it\n", run,
               after_slice ? "after the slices under way" : "now");
  }
  return Exit::kDone;
}

}  // namespace expunge
