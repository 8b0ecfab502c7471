// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <optional>
#include <sys/stat.h>

#include <doctest/doctest.h>

#include "framework/core/error.hpp"
#include "launcher/run/run_directory.hpp"
#include "tests/support/failure_message.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;
using testing::contains;
using testing::failure_of;

namespace {

void make_manifest(const RunDirectory& run) {
  std::ofstream(run.manifest_path()) << "{}\n";
}

std::uintmax_t size_of_lock(const RunDirectory& run) {
  return std::filesystem::file_size(run.path() / "lock");
}

}  // namespace

TEST_CASE("a lock makes the folder for its owner alone, and a second one is told who holds it") {
  const testing::TemporaryFolder folder;
  const RunDirectory run(folder / "run");

  const RunLock lock(run);

  struct stat status {};
  REQUIRE(::stat(run.path().c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0700U);
  CHECK_THROWS_WITH_AS(
      RunLock{run}, doctest::Contains((run.path().string() + ": another job holds this run (host ").c_str()), Stopped);
  CHECK_THROWS_WITH_AS(RunLock{run}, doctest::Contains("expunge halt --run "), Stopped);
}

TEST_CASE("a lock given back is free, and says nothing of its holder") {
  const testing::TemporaryFolder folder;
  const RunDirectory run(folder / "run");
  {
    const RunLock lock(run);
    make_manifest(run);
    CHECK(size_of_lock(run) > 0);
  }

  CHECK(size_of_lock(run) == 0);
  CHECK_FALSE(RunLock(run).died().has_value());
}

TEST_CASE("a holder that died is named to the next one") {
  const testing::TemporaryFolder folder;
  const RunDirectory run(folder / "run");
  std::filesystem::create_directory(run.path());
  make_manifest(run);
  std::ofstream(run.path() / "lock") << "host far, process 7";

  CHECK(RunLock(run).died() == std::optional<std::string>("host far, process 7"));
}

TEST_CASE("where no manifest came to be, the lock takes away what it made and no more") {
  const testing::TemporaryFolder folder;
  std::filesystem::create_directory(folder / "there");
  std::ofstream(folder / "there" / "mine") << "kept";

  { const RunLock lock(RunDirectory(folder / "new" / "deep" / "run")); }
  { const RunLock lock(RunDirectory(folder / "there")); }

  CHECK_FALSE(std::filesystem::exists(folder / "new"));
  CHECK(std::filesystem::exists(folder / "there" / "mine"));
  CHECK_FALSE(std::filesystem::exists(folder / "there" / "lock"));
}

TEST_CASE("a folder that can't be made is named, and nothing of the way to it is left") {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "file") << "";
  const std::string long_name(300, 'x');

  const std::string below_a_file = failure_of([&] { const RunLock lock(RunDirectory(folder / "file" / "run")); });
  const std::string too_long = failure_of([&] { const RunLock lock(RunDirectory(folder / "new" / long_name)); });

  CHECK(contains(below_a_file, (folder / "file").string() + ": it is there and is no folder"));
  CHECK(contains(too_long, "File name too long"));
  CHECK_FALSE(std::filesystem::exists(folder / "new"));
}

TEST_CASE("a folder without a manifest is no run, and one that can't be looked at a failure") {
  const testing::TemporaryFolder folder;

  CHECK_FALSE(RunDirectory(folder.path()).exists());
  CHECK(contains(failure_of([&] { (void)RunDirectory(folder.path()).manifest(); }),
                 folder.path().string() + ": there is no run here"));
  CHECK(
      contains(failure_of([&] { (void)RunDirectory(folder / std::string(300, 'x')).exists(); }), "File name too long"));
}
