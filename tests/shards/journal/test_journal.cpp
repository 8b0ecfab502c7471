// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <string>

#include <doctest/doctest.h>

#include "framework/core/error.hpp"
#include "framework/io/file_system.hpp"
#include "shards/journal/journal.hpp"
#include "tests/shards/journal/journal_file.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

const std::filesystem::path kGolden = std::filesystem::path(__FILE__).parent_path() / "golden" / "journal-v1.jsonl";
constexpr std::uint64_t kGoldenLength = 7;
constexpr const char* kGoldenHead = "134f4f9e3073e0d11415859a1d82d10465591f7c3a9577544363c7fc35803ea6";

/// What a journal says of entries that it can't hold.
std::string bug_of(const std::vector<JournalEntry>& entries) {
  const TemporaryFolder folder;
  Journal journal;
  try {
    journal.append(system_files(), folder / "journal.jsonl", entries, kFirstOfMarch);
  } catch (const Bug& bug) {
    CHECK(journal.length() == 0);
    CHECK_FALSE(std::filesystem::exists(folder / "journal.jsonl"));
    return bug.what();
  }
  return {};
}

/// A batch that deletes the samples of these cells.
BatchAccepted batch_of(std::uint64_t number, std::vector<CellDeletion> cells) {
  BatchAccepted batch;
  batch.batch = number;
  AcceptedRequest request;
  request.id = "r";
  request.cells = std::move(cells);
  batch.requests.push_back(std::move(request));
  return batch;
}

}  // namespace

TEST_CASE("every kind of line comes back from the file as it was appended") {
  const JournalFile file;

  const Journal read = file.read();

  const auto entries = all_kinds();
  REQUIRE(read.length() == entries.size());
  Digest previous;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    CAPTURE(i);
    const JournalLine& line = read.lines()[i];
    CHECK(line.entry == entries[i]);
    CHECK(line.number == i + 1);
    CHECK(line.at == kFirstOfMarch);
    CHECK(line.previous == previous);
    previous = line.hash;
  }
  CHECK(read.lines() == file.journal().lines());
  CHECK(read.head() == previous);
  CHECK(read.bytes() == file.text().size());
  CHECK(read.bytes() == file.journal().bytes());
  CHECK(read.bytes_beyond() == 0);
}

TEST_CASE("numbers and texts at the ends of their ranges come back unchanged") {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  const TemporaryFolder folder;
  BatchAccepted batch =
      batch_of(1, {{{ShardId(0xFFFFFFFF), SliceId(0xFFFFFFFF)}, {{0, 1}, {kMost - 1, kMost}}, {}, {}}});
  batch.requests[0].requested = kMost;
  batch.requests[0].regulation = std::string("\0\x01\x1f\x7f\\/\" \xF0\x9F\x92\xBE", 12);
  BatchRetrained retrained;
  retrained.batches = {1};
  retrained.seconds = 0.1 + 0.2;
  retrained.sample_gradients = kMost;
  Journal journal;

  journal.append(system_files(), folder / "j", {batch, retrained}, Moment{});

  CHECK(Journal::read(folder / "j", 2, journal.head()).lines() == journal.lines());
}

TEST_CASE("a request and a cell count the samples that they delete") {
  const BatchAccepted plain = small_batch();
  const BatchAccepted referenced = small_referenced_batch();

  CHECK(plain.requests[0].cells[0].samples() == 3);
  CHECK(plain.requests[0].deleted() == 4);
  CHECK(plain.requests[1].deleted() == 0);
  CHECK(referenced.requests[0].deleted() == 2);
}

TEST_CASE("lines appended one by one and all at once are the same bytes") {
  const JournalFile at_once;
  const TemporaryFolder folder;
  Journal journal;

  for (auto& entry : all_kinds()) journal.append(system_files(), folder / "j", {entry}, kFirstOfMarch);
  journal.append(system_files(), folder / "j", {}, kFirstOfMarch);

  CHECK(text_of(folder / "j") == at_once.text());
  CHECK(journal.head() == at_once.journal().head());
}

TEST_CASE("an empty journal needs no file and has a zero head") {
  const TemporaryFolder folder;

  const Journal journal = Journal::read(folder / "journal.jsonl", 0, {});

  CHECK(journal.length() == 0);
  CHECK(journal.head().is_zero());
  CHECK(journal.bytes() == 0);
}

TEST_CASE("the golden journal of version 1 is read, and the same entries are the same bytes today") {
  const Journal golden = Journal::read(kGolden, kGoldenLength, Digest::from_hex(kGoldenHead));
  const JournalFile written;

  CHECK(golden.lines() == written.journal().lines());
  CHECK(text_of(kGolden) == written.text());
}

TEST_CASE("a journal refuses to hold what its readers would refuse") {
  const Cell cell{ShardId(0), SliceId(1)};
  const Digest one = digest_filled_with(1);
  const Digest two = digest_filled_with(2);
  const auto accepted = [](CellDeletion deletion) { return bug_of({batch_of(1, {std::move(deletion)})}); };

  CHECK(bug_of({batch_of(1, {{cell, {{1, 2}}, {}, {}}})}).empty());
  CHECK(contains(accepted({cell, {}, {}, {}}), "either ids or references"));
  CHECK(contains(accepted({cell, {{1, 2}}, {one}, {}}), "either ids or references"));
  CHECK(contains(accepted({cell, {{2, 2}}, {}, {}}), "[2,2]"));
  CHECK(contains(accepted({cell, {{1, 2}, {2, 3}}, {}, {}}), "[2,3]"));
  CHECK(contains(accepted({cell, {{5, 6}, {1, 2}}, {}, {}}), "[1,2]"));
  CHECK(contains(accepted({cell, {}, {two, one}, {}}), "references do not ascend"));
  CHECK(contains(accepted({cell, {{1, 2}}, {}, {one, one}}), "subjects do not ascend"));
  CHECK(contains(accepted({{ShardId(0), SliceId(0)}, {{1, 2}}, {}, {}}), "slices are counted from 1"));
  CHECK(contains(bug_of({batch_of(1, {{cell, {{1, 2}}, {}, {}}, {cell, {{3, 4}}, {}, {}}})}), "cells do not ascend"));
  CHECK(contains(bug_of({batch_of(2, {})}), "batch 2 is accepted where batch 1 comes next"));
  CHECK(contains(bug_of({batch_of(1, {}), BatchCompleted{}}), "names no batch"));
  CHECK(contains(bug_of({batch_of(1, {}), BatchCompleted{{2}}}), "batch 2 was never accepted"));
  CHECK(contains(bug_of({batch_of(1, {}), BatchCompleted{{1, 1}}}), "do not ascend"));
  CHECK(contains(bug_of({batch_of(1, {}), BatchCompleted{{1}}, BatchErased{{1}, {}}}), "batch 1 is erased"));
  CHECK(contains(bug_of({batch_of(1, {}), BatchErased{{1}, {}}, BatchErased{{1}, {}}}), "batch 1 is erased"));
  CHECK(contains(bug_of({batch_of(1, {}), BatchForgotten{{1}, {}, {}, -1}}), "-1 seconds"));
  CHECK(contains(bug_of({batch_of(1, {}), BatchPublished{{1}, {{ShardId(3), 0, one, {}}}}}), "shard 3 has no stage"));
  BatchAccepted undated = batch_of(1, {});
  undated.requests[0].received_at = "yesterday";
  CHECK(contains(bug_of({undated}), "request 'r': received_at 'yesterday' is no time"));
}

TEST_CASE("a text that is not UTF-8 is refused before anything is written") {
  const TemporaryFolder folder;
  Journal journal;
  BatchAccepted batch = batch_of(1, {});
  batch.requests[0].id = "r\xFF";

  const std::string message = failure_of([&] { journal.append(system_files(), folder / "j", {batch}, kFirstOfMarch); });

  CHECK(contains(message, "UTF-8"));
  CHECK(contains(message, "72ff"));
  CHECK(journal.length() == 0);
  CHECK_FALSE(std::filesystem::exists(folder / "j"));
}

TEST_CASE("a batch of two hundred thousand scattered ids or references comes back whole") {
  constexpr std::uint64_t kIds = 200'000;
  const TemporaryFolder folder;
  CellDeletion ids{{ShardId(0), SliceId(1)}, {}, {}, {}};
  CellDeletion references{{ShardId(0), SliceId(2)}, {}, {}, {}};
  for (std::uint64_t i = 0; i < kIds; ++i) {
    ids.ids.push_back({1000 * i, 1000 * i + 1});
    Digest& reference = references.references.emplace_back();
    for (std::size_t byte = 0; byte < 8; ++byte) reference.bytes[byte] = static_cast<std::byte>(i >> (56U - 8 * byte));
  }
  Journal journal;

  journal.append(system_files(), folder / "j", {batch_of(1, {ids}), batch_of(2, {references})}, kFirstOfMarch);

  CHECK(Journal::read(folder / "j", 2, journal.head()).lines() == journal.lines());
}
