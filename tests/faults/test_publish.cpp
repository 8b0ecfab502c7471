// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
// Publication is tried with every call failing and with the process ending before, within and after every call, with
// and without the loss of what was never synced.
#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include "framework/core/error.hpp"
#include "framework/io/file_system.hpp"
#include "tests/support/faulty_files.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;
using testing::Crash;
using testing::Fault;
using testing::FaultyFiles;

namespace {

const std::string kOld = "the old content";
const std::string kNew = "the new content, which is longer";

std::string text_of(const std::filesystem::path& path) {
  const Bytes bytes = read_file(path);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::size_t entries_of(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()));
}

/// The calls that a whole publication makes.
std::size_t calls_of_publish() {
  const testing::TemporaryFolder folder;
  FaultyFiles files(system_files());
  publish(files, folder / "record", bytes_of(kNew));
  return files.calls();
}

}  // namespace

TEST_CASE("a publication writes, renames and syncs the folder") {
  CHECK(calls_of_publish() == 3);
}

TEST_CASE("a crash at any call of a publication leaves the old file or the new one, whole") {
  for (const Fault::What what : {Fault::kCrashBefore, Fault::kCrashWithin, Fault::kCrashAfter}) {
    for (std::size_t k = 0; k < calls_of_publish(); ++k) {
      for (const bool power_cut : {false, true}) {
        CAPTURE(int{what});
        CAPTURE(k);
        CAPTURE(power_cut);
        const testing::TemporaryFolder folder;
        publish(system_files(), folder / "record", bytes_of(kOld));
        FaultyFiles files(system_files(), {.at = k, .what = what});

        CHECK_THROWS_AS(publish(files, folder / "record", bytes_of(kNew)), Crash);
        if (power_cut) files.lose_unsynced();
        const std::string left = text_of(folder / "record");
        sweep_temporaries(system_files(), folder.path());

        CHECK((left == kOld || left == kNew));
        if (k == 2 && what == Fault::kCrashAfter) CHECK(left == kNew);
        CHECK(entries_of(folder.path()) == 1);
        CHECK(text_of(folder / "record") == left);
      }
    }
  }
}

TEST_CASE("a crash at any call of a first publication leaves nothing or the whole file") {
  for (const Fault::What what : {Fault::kCrashBefore, Fault::kCrashWithin, Fault::kCrashAfter}) {
    for (std::size_t k = 0; k < calls_of_publish(); ++k) {
      for (const bool power_cut : {false, true}) {
        const testing::TemporaryFolder folder;
        FaultyFiles files(system_files(), {.at = k, .what = what});

        CHECK_THROWS_AS(publish(files, folder / "record", bytes_of(kNew)), Crash);
        if (power_cut) files.lose_unsynced();
        sweep_temporaries(system_files(), folder.path());

        const bool there = std::filesystem::exists(folder / "record");
        CHECK(entries_of(folder.path()) == (there ? 1U : 0U));
        if (there) CHECK(text_of(folder / "record") == kNew);
      }
    }
  }
}

TEST_CASE("a publication that has returned outlives a power cut") {
  const testing::TemporaryFolder folder;
  FaultyFiles files(system_files());

  publish(files, folder / "record", bytes_of(kNew));
  files.lose_unsynced();

  CHECK(text_of(folder / "record") == kNew);
}

TEST_CASE("a failing call fails the publication with its message and leaves no temporary file") {
  for (std::size_t k = 0; k < calls_of_publish(); ++k) {
    CAPTURE(k);
    const testing::TemporaryFolder folder;
    publish(system_files(), folder / "record", bytes_of(kOld));
    FaultyFiles files(system_files(), {.at = k, .what = Fault::kFail});

    CHECK_THROWS_WITH_AS(publish(files, folder / "record", bytes_of(kNew)),
                         "cannot write: the disk is full (No space left on device)", Failure);

    CHECK(entries_of(folder.path()) == 1);
    CHECK(text_of(folder / "record") == (k < 2 ? kOld : kNew));
  }
}

TEST_CASE("a crash while sweeping leaves the rest to the next sweep") {
  for (std::size_t k = 0; k < 3; ++k) {
    const testing::TemporaryFolder folder;
    for (const char* name : {".a.tmp-1-0", ".b.tmp-1-1"}) std::ofstream(folder / name) << "x";
    publish(system_files(), folder / "record", bytes_of(kOld));
    FaultyFiles files(system_files(), {.at = k, .what = Fault::kCrashBefore});

    CHECK_THROWS_AS(sweep_temporaries(files, folder.path()), Crash);
    files.lose_unsynced();
    const std::size_t swept = sweep_temporaries(system_files(), folder.path());

    CHECK(swept == 2);
    CHECK(text_of(folder / "record") == kOld);
    CHECK(entries_of(folder.path()) == 1);
  }
}

TEST_CASE("nothing is done after a crash") {
  const testing::TemporaryFolder folder;
  FaultyFiles files(system_files(), {.at = 0, .what = Fault::kCrashBefore});

  CHECK_THROWS_AS(files.make_directory(folder / "a"), Crash);
  CHECK_THROWS_AS(files.write_new(folder / "b", bytes_of("x")), Crash);

  CHECK(files.crashed());
  CHECK(entries_of(folder.path()) == 0);
}
