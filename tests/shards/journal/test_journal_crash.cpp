// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <doctest/doctest.h>

#include "framework/core/error.hpp"
#include "shards/journal/journal.hpp"
#include "tests/shards/journal/journal_file.hpp"
#include "tests/support/faulty_files.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

/// The entries of the small journal: `first` of them, or those after them.
std::vector<JournalEntry> entries(std::size_t first, bool after) {
  const auto all = all_kinds();
  const auto border = all.begin() + static_cast<std::ptrdiff_t>(first);
  return after ? std::vector<JournalEntry>(border, all.end()) : std::vector<JournalEntry>(all.begin(), border);
}

/// A journal of `committed` lines to which the rest is appended while something goes wrong; then the next job comes.
void interrupt(std::size_t committed, const Fault& fault, bool power_cut) {
  const JournalFile whole;
  const TemporaryFolder folder;
  const auto path = folder / "journal.jsonl";
  Journal journal;
  journal.append(system_files(), path, entries(committed, false), kFirstOfMarch);
  const Journal before = journal;
  FaultyFiles files(system_files(), fault);

  bool crashed = false;
  std::string message;
  try {
    message = failure_of([&] { journal.append(files, path, entries(committed, true), kFirstOfMarch); });
  } catch (const Crash&) {
    crashed = true;
  }
  if (power_cut) files.lose_unsynced();

  CHECK(crashed == (fault.what != Fault::kFail));
  CHECK(message == (crashed ? "" : fault.message));
  CHECK(journal.lines() == before.lines());
  CHECK(journal.bytes() == before.bytes());
  Journal next = Journal::read(path, before.length(), before.head());
  CHECK(next.lines() == before.lines());
  next.append(system_files(), path, entries(committed, true), kFirstOfMarch);
  CHECK(next.bytes_beyond() == 0);
  CHECK(text_of(path) == whole.text());
  CHECK(Journal::read(path, next.length(), next.head()).lines() == whole.journal().lines());
}

}  // namespace

TEST_CASE("whatever goes wrong at any call of an append, the committed lines stay and the next job goes on") {
  for (const std::size_t committed : {0U, 1U, 3U}) {
    const std::size_t calls = committed == 0 ? 2 : 1;  // a new file's folder is synced too
    for (std::size_t at = 0; at < calls; ++at)
      for (const auto what : {Fault::kFail, Fault::kCrashBefore, Fault::kCrashWithin, Fault::kCrashAfter})
        for (const bool power_cut : {false, true}) {
          CAPTURE(committed);
          CAPTURE(at);
          CAPTURE(what);
          CAPTURE(power_cut);
          interrupt(committed, {.at = at, .what = what}, power_cut);
        }
  }
}

TEST_CASE("an append is one call, and one more that makes a new file's name durable") {
  const TemporaryFolder folder;
  FaultyFiles files(system_files());
  Journal journal;

  journal.append(files, folder / "j", entries(3, false), kFirstOfMarch);
  CHECK(files.calls() == 2);
  files.lose_unsynced();
  CHECK(Journal::read(folder / "j", 3, journal.head()).lines() == journal.lines());
  journal.append(files, folder / "j", entries(3, true), kFirstOfMarch);

  CHECK(files.calls() == 3);
}

TEST_CASE("the next append cuts off what an interrupted one left, and nothing else") {
  const JournalFile file;
  put_text(file.path(), file.text() + R"({"format_version":1,"number":8,"at")");
  Journal journal = file.read();
  BatchAccepted batch;
  batch.batch = 3;

  journal.append(system_files(), file.path(), {batch}, kFirstOfMarch);

  CHECK(journal.bytes_beyond() == 0);
  CHECK(text_of(file.path()).starts_with(file.text()));
  CHECK(text_of(file.path()).size() == journal.bytes());
  CHECK(Journal::read(file.path(), 8, journal.head()).lines() == journal.lines());
}

TEST_CASE("appending to a journal that was cut is refused and leaves the journal as it was") {
  const JournalFile file;
  Journal journal = file.read();
  put_text(file.path(), file.text().substr(0, 100));
  BatchAccepted batch;
  batch.batch = 3;

  const std::string message = failure_of([&] { journal.append(system_files(), file.path(), {batch}, kFirstOfMarch); });

  CHECK(contains(message, file.path().string() + " has 100 bytes"));
  CHECK(journal.length() == 7);
  CHECK(text_of(file.path()).size() == 100);
}
