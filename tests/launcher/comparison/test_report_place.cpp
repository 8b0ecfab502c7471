// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <sys/stat.h>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "framework/core/error.hpp"
#include "launcher/comparison/report_place.hpp"
#include "tests/support/example_comparison.hpp"
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
  std::ofstream(folder / "running/.report.html.tmp-7-0") << "half a page";
  CHECK_NOTHROW(require_report_place(folder / "running", run));
  for (const auto& inside : {run, run / "report", run / "shards", folder / "link/report", folder / "new/../run/x"})
    CHECK_THROWS_AS(require_report_place(inside, run), UsageError);
  std::ofstream(folder / "running/notes.txt") << "mine";
  CHECK_THROWS_WITH_AS(require_report_place(folder / "running", run),
                       doctest::Contains("notes.txt is there already: choose an empty folder"), UsageError);
  CHECK_THROWS_WITH_AS(require_report_place(folder / "running/notes.txt", run), doctest::Contains("it is no folder"),
                       UsageError);
}

TEST_CASE("a report is written in the place of an earlier one, and whoever the umask lets may read it") {
  const TemporaryFolder folder;
  std::ofstream(folder / "report.json") << "an earlier one";
  const auto document = to_json(example_comparison());

  const auto before = ::umask(022);
  const fs::path page = write_report(folder.path(), document);
  ::umask(before);

  CHECK(page == folder / "report.html");
  std::ifstream written(folder / "report.json");
  CHECK(nlohmann::ordered_json::parse(written) == document);
  CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 2);
  for (const char* name : {"report.json", "report.html"})
    CHECK(fs::status(folder / name).permissions() == static_cast<fs::perms>(0644));
}
