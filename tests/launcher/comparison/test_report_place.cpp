// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <fstream>

#include <doctest/doctest.h>

#include "framework/core/error.hpp"
#include "launcher/comparison/report_place.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;
using namespace expunge::testing;
namespace fs = std::filesystem;

TEST_CASE("a report goes to a folder of its own or an earlier report's, and nowhere into the run") {
  const TemporaryFolder folder;
  const fs::path run = folder / "run";
  fs::create_directories(run / "shards");
  fs::create_directories(folder / "running");
  fs::create_directory_symlink(run, folder / "link");

  CHECK_NOTHROW(require_report_place(folder / "new", run));
  CHECK_NOTHROW(require_report_place(folder / "running", run));
  std::ofstream(folder / "running/report.json") << "{}";
  CHECK_NOTHROW(require_report_place(folder / "running", run));
  for (const auto& inside : {run, run / "report", run / "shards", folder / "link/report", folder / "new/../run/x"})
    CHECK_THROWS_AS(require_report_place(inside, run), UsageError);
  std::ofstream(folder / "running/notes.txt") << "mine";
  CHECK_THROWS_WITH_AS(require_report_place(folder / "running", run),
                       doctest::Contains("notes.txt is there already: choose an empty folder"), UsageError);
  CHECK_THROWS_WITH_AS(require_report_place(folder / "running/notes.txt", run), doctest::Contains("it is no folder"),
                       UsageError);
}
