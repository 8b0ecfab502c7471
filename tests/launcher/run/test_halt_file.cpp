// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <fstream>

#include <doctest/doctest.h>

#include "framework/core/error.hpp"
#include "launcher/run/halt_file.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;

TEST_CASE("what a halt file asks for is read back, and the last one written stands") {
  const testing::TemporaryFolder run;

  CHECK(read_halt_file(run.path()) == HaltRequest::kNone);
  write_halt_file(system_files(), run.path(), HaltRequest::kAfterSlice);
  CHECK(read_halt_file(run.path()) == HaltRequest::kAfterSlice);
  write_halt_file(system_files(), run.path(), HaltRequest::kNow);
  CHECK(read_halt_file(run.path()) == HaltRequest::kNow);
}

TEST_CASE("a halt file made by hand asks to stop now, whatever is in it") {
  const testing::TemporaryFolder run;

  std::ofstream(run / "halt") << "";
  CHECK(read_halt_file(run.path()) == HaltRequest::kNow);
  std::ofstream(run / "halt") << "please";
  CHECK(read_halt_file(run.path()) == HaltRequest::kNow);
  std::ofstream(run / "halt") << "after-slice";
  CHECK(read_halt_file(run.path()) == HaltRequest::kAfterSlice);
}

TEST_CASE("removing tells whether there was one") {
  const testing::TemporaryFolder run;
  write_halt_file(system_files(), run.path(), HaltRequest::kNow);

  CHECK(remove_halt_file(system_files(), run.path()));

  CHECK_FALSE(std::filesystem::exists(run / "halt"));
  CHECK_FALSE(remove_halt_file(system_files(), run.path()));
}

TEST_CASE("a start clears what was meant for a job that has ended") {
  const testing::TemporaryFolder run;
  write_halt_file(system_files(), run.path(), HaltRequest::kAfterSlice);

  clear_stale_halt_file(system_files(), run.path());

  CHECK(read_halt_file(run.path()) == HaltRequest::kNone);
}

TEST_CASE("asking for nothing is a bug, and a folder that is not there a failure that names it") {
  const testing::TemporaryFolder run;

  CHECK_THROWS_AS(write_halt_file(system_files(), run.path(), HaltRequest::kNone), Bug);
  CHECK_THROWS_WITH_AS(write_halt_file(system_files(), run / "none", HaltRequest::kNow), doctest::Contains("none"),
                       Failure);
}
