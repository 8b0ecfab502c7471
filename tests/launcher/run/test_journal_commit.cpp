// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "launcher/run/journal_commit.hpp"
#include "tests/support/failure_message.hpp"
#include "tests/support/faulty_files.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

std::vector<JournalEntry> batch(std::uint64_t number) {
  BatchAccepted accepted;
  accepted.batch = number;
  accepted.requests.emplace_back();
  accepted.requests.back().id = "r" + std::to_string(number);
  accepted.requests.back().requested = accepted.requests.back().already_absent = 1;
  return {accepted, BatchCompleted{{number}}};
}

struct Run {
  Run() : directory(folder / "run") {
    manifest.configuration.model = "mlp:hidden=4";
    manifest.configuration.shape = {2};
    manifest.configuration.classes = 3;
    manifest.data = "digits:6";
    manifest.cells = {{6}};
    system_files().make_directory(directory.path());
    publish(system_files(), directory.manifest_path(), bytes_of(manifest.to_json()));
  }
  /// What another process reads: the lines that count.
  [[nodiscard]] std::uint64_t length() const {
    const Manifest now = directory.manifest();
    return Journal::read(directory.journal_path(), now.journal_length, now.journal_head).length();
  }

  TemporaryFolder folder;
  RunDirectory directory;
  Manifest manifest;
  Journal journal;
};

}  // namespace

TEST_CASE("what is committed counts: the manifest names the journal's new length and head") {
  Run run;

  commit(system_files(), run.directory, run.manifest, run.journal, batch(1));
  commit(system_files(), run.directory, run.manifest, run.journal, batch(2));

  CHECK(run.length() == 4);
  CHECK(run.manifest.journal_length == 4);
  CHECK(run.manifest.journal_head == run.journal.head());
}

TEST_CASE("a commit that ends at any call counts whole or not at all, and the next one goes on from there") {
  for (std::size_t at = 0;; ++at) {
    Run run;
    commit(system_files(), run.directory, run.manifest, run.journal, batch(1));
    FaultyFiles files(system_files(), {.at = at, .what = Fault::kCrashWithin});
    bool crashed = false;
    try {
      commit(files, run.directory, run.manifest, run.journal, batch(2));
    } catch (const Crash&) {
      crashed = true;
    }
    CAPTURE(at);
    const auto length = run.length();
    CHECK((length == 2 || length == 4));
    CHECK((crashed || length == 4));

    Manifest manifest = run.directory.manifest();
    Journal journal = Journal::read(run.directory.journal_path(), manifest.journal_length, manifest.journal_head);
    commit(system_files(), run.directory, manifest, journal, batch(length / 2 + 1));
    CHECK(run.length() == length + 2);
    if (!crashed) break;
    REQUIRE(at < 100);
  }
}
