// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>

#include <doctest/doctest.h>

#include "framework/core/error.hpp"
#include "shards/journal/history.hpp"
#include "tests/shards/journal/journal_file.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

const Key kSeed({7, 8});

Journal journal_of(const std::vector<JournalEntry>& entries) {
  const TemporaryFolder folder;
  Journal journal;
  journal.append(system_files(), folder / "journal.jsonl", entries, kFirstOfMarch);
  return Journal::read(folder / "journal.jsonl", journal.length(), journal.head());
}

History history_of(const std::vector<JournalEntry>& entries) {
  return {journal_of(entries), kSeed};
}

/// A batch of one request that deletes these ids from one cell, as ranges or as references.
BatchAccepted deleting(std::uint64_t number, Cell cell, const std::set<std::uint64_t>& ids, bool by_reference = false) {
  const References references(kSeed);
  CellDeletion deletion;
  deletion.cell = cell;
  for (const auto id : ids) {
    if (by_reference)
      deletion.references.push_back(references.of_sample(SampleId(id)));
    else if (!deletion.ids.empty() && deletion.ids.back().end == id)
      ++deletion.ids.back().end;
    else
      deletion.ids.push_back({id, id + 1});
  }
  std::ranges::sort(deletion.references);
  BatchAccepted batch;
  batch.batch = number;
  AcceptedRequest request;
  request.id = "r" + std::to_string(number);
  request.requested = ids.size();
  for (const auto id : ids) request.removed.insert(references.of_sample(SampleId(id)));
  if (!ids.empty()) request.cells.push_back(std::move(deletion));
  batch.requests.push_back(std::move(request));
  return batch;
}

ShardRecord record_of(std::uint32_t shard, std::uint64_t respects, std::size_t stages) {
  ShardRecord record;
  record.shard = ShardId(shard);
  record.respects = respects;
  record.slices.resize(stages);
  return record;
}

}  // namespace

TEST_CASE("an empty journal deletes nobody and leaves nothing to do") {
  const History history(Journal{}, kSeed);

  CHECK_FALSE(history.is_deleted(SampleId(0)));
  CHECK_FALSE(history.is_deleted_subject(Digest{}));
  CHECK(history.deleted() == 0);
  CHECK(history.removed() == SetDigest{});
  CHECK(history.batches() == 0);
  CHECK(history.pending().empty());
  CHECK_FALSE(history.first_touched(ShardId(0), 0));
  CHECK_FALSE(history.is_stale(record_of(0, 0, 3)));
}

TEST_CASE("exactly the samples of a range are deleted, its end is not") {
  const History history = history_of({small_batch()});

  std::set<std::uint64_t> deleted;
  for (std::uint64_t id = 0; id < 40'010; ++id)
    if (history.is_deleted(SampleId(id))) deleted.insert(id);

  CHECK(deleted == std::set<std::uint64_t>{5, 17, 18, 40'001});
  CHECK(history.deleted() == 4);
  CHECK(history.deleted_from({ShardId(0), SliceId(2)}) == 3);
  CHECK(history.deleted_from({ShardId(1), SliceId(1)}) == 1);
  CHECK(history.deleted_from({ShardId(0), SliceId(1)}) == 0);
  CHECK(history.is_deleted_subject(digest_filled_with(0x13)));
  CHECK_FALSE(history.is_deleted_subject(digest_filled_with(0x14)));
}

TEST_CASE("later deletions add up and nothing is ever undeleted, by ids and by references") {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    const Key draws({seed, 5});
    constexpr std::uint64_t kSamples = 120;
    constexpr std::uint32_t kShards = 3;
    constexpr std::uint32_t kSlices = 4;
    const auto cell_of = [&](std::uint64_t id) {
      const auto drawn = static_cast<std::uint32_t>(draws.draw(id, 1) % (std::uint64_t{kShards} * kSlices));
      return Cell{ShardId(drawn / kSlices), SliceId(drawn % kSlices + 1)};
    };
    std::set<std::uint64_t> gone;
    std::map<Cell, std::uint64_t> gone_from;
    SetDigest removed;
    const References references(kSeed);
    std::vector<JournalEntry> entries;
    std::vector<std::map<ShardId, std::uint32_t>> touched(1);  // by batch: the earliest slice of each shard

    for (std::uint64_t batch = 1; batch <= 6; ++batch) {
      const Cell cell = cell_of(draws.draw(batch, 2) % kSamples);
      std::set<std::uint64_t> ids;
      for (std::uint64_t id = 0; id < kSamples; ++id)
        if (cell_of(id) == cell && !gone.contains(id) && draws.draw(id, 3, batch) % 2 == 0) ids.insert(id);
      entries.emplace_back(deleting(batch, cell, ids, draws.draw(batch, 4) % 2 == 0));
      gone.insert(ids.begin(), ids.end());
      if (!ids.empty()) gone_from[cell] += ids.size();
      for (const auto id : ids) removed.insert(references.of_sample(SampleId(id)));
      touched.emplace_back();
      if (!ids.empty()) touched.back()[cell.shard] = cell.slice.value();
      if (draws.draw(batch, 5) % 2 == 0) entries.emplace_back(BatchPublished{{batch}, {}});

      const History history = history_of(entries);

      for (std::uint64_t id = 0; id < kSamples + 5; ++id) CHECK(history.is_deleted(SampleId(id)) == gone.contains(id));
      CHECK(history.deleted() == gone.size());
      CHECK(history.removed() == removed);
      CHECK(history.batches() == batch);
      for (const auto& [where, count] : gone_from) CHECK(history.deleted_from(where) == count);
      for (std::uint32_t shard = 0; shard < kShards; ++shard)
        for (std::uint64_t through = 0; through <= batch; ++through) {
          std::optional<SliceId> first;
          for (std::uint64_t later = through + 1; later <= batch; ++later) {
            const auto found = touched[later].find(ShardId(shard));
            if (found != touched[later].end() && (!first || found->second < first->value()))
              first = SliceId(found->second);
          }
          CHECK(history.first_touched(ShardId(shard), through) == first);
        }
    }
  }
}

TEST_CASE("a generation is stale from the slice on that a later batch touches") {
  const History history =
      history_of({deleting(1, {ShardId(0), SliceId(3)}, {1}), deleting(2, {ShardId(0), SliceId(2)}, {2}),
                  deleting(3, {ShardId(0), SliceId(4)}, {3}), deleting(4, {ShardId(1), SliceId(1)}, {4})});

  CHECK(history.untainted_stages(record_of(0, 0, 5)) == 1);
  CHECK(history.untainted_stages(record_of(0, 1, 5)) == 1);
  CHECK(history.untainted_stages(record_of(0, 2, 5)) == 3);
  CHECK(history.untainted_stages(record_of(0, 2, 2)) == 2);
  CHECK(history.untainted_stages(record_of(0, 3, 5)) == 5);
  CHECK(history.untainted_stages(record_of(1, 3, 5)) == 0);
  CHECK(history.untainted_stages(record_of(2, 0, 5)) == 5);
  CHECK(history.is_stale(record_of(0, 2, 5)));
  CHECK(history.is_stale(record_of(0, 2, 4)));
  CHECK_FALSE(history.is_stale(record_of(0, 2, 3)));
  CHECK_FALSE(history.is_stale(record_of(0, 4, 5)));
  CHECK_FALSE(history.is_stale(record_of(1, 0, 0)));
}

TEST_CASE("an approximate generation is stale for every batch that it does not respect, whichever slice it touches") {
  const History history =
      history_of({deleting(1, {ShardId(0), SliceId(2)}, {1}), deleting(2, {ShardId(0), SliceId(5)}, {2}),
                  deleting(3, {ShardId(1), SliceId(1)}, {3}), BatchCompleted{{2}}});
  const auto approximate = [](std::uint64_t respects) {
    ShardRecord record = record_of(0, respects, 3);
    record.approximation.emplace();
    return record;
  };

  CHECK(history.is_stale(approximate(1)));
  CHECK(history.is_put_back(approximate(1)));
  CHECK(history.untainted_stages(approximate(1)) == 3);
  CHECK_FALSE(history.is_stale(approximate(2)));
  CHECK_FALSE(history.is_put_back(approximate(2)));
  CHECK_FALSE(history.is_stale(record_of(0, 1, 3)));
}

TEST_CASE("a stale generation is an old copy where a batch was carried out that it does not respect, and no earlier") {
  const auto accepted = [](std::uint64_t batch, std::uint32_t shard) {
    return JournalEntry(deleting(batch, {ShardId(shard), SliceId(2)}, {batch}));
  };
  const auto history_with = [&](std::vector<JournalEntry> more) {
    std::vector<JournalEntry> entries{accepted(1, 0), accepted(2, 1)};
    entries.insert(entries.end(), more.begin(), more.end());
    return history_of(entries);
  };

  for (const auto& more : std::vector<std::vector<JournalEntry>>{{BatchForgotten{{1}, {}, {}, 0}},
                                                                 {BatchPublished{{1}, {}}},
                                                                 {BatchErased{{1}, {}}},
                                                                 {BatchCompleted{{1}}}}) {
    const History history = history_with(more);
    CHECK(history.is_put_back(record_of(0, 0, 3)));
    CHECK_FALSE(history.is_put_back(record_of(0, 1, 3)));
    CHECK_FALSE(history.is_put_back(record_of(0, 0, 1)));
    CHECK_FALSE(history.is_put_back(record_of(0, 0, 0)));
    CHECK_FALSE(history.is_put_back(record_of(1, 0, 3)));
    CHECK_FALSE(history.is_put_back(record_of(2, 0, 3)));
  }
  for (const auto& more :
       std::vector<std::vector<JournalEntry>>{{}, {BatchRetrained{{1}, {}, {}, 0, 0, 0}}, {BatchCompleted{{2}}}}) {
    const History history = history_with(more);
    CHECK(history.is_stale(record_of(0, 0, 3)));
    CHECK_FALSE(history.is_put_back(record_of(0, 0, 3)));
  }
}

TEST_CASE("a batch is where its last line says, and pending until it is completed") {
  std::vector<JournalEntry> entries = all_kinds();
  const auto last = entries.back();
  entries.pop_back();
  const History before = history_of(entries);
  BatchAccepted third;
  third.batch = 3;
  entries.push_back(last);
  entries.emplace_back(third);

  const History after = history_of(entries);

  CHECK(before.state(1) == BatchState::kErased);
  CHECK(before.pending() == std::vector<std::uint64_t>{1, 2});
  CHECK(after.state(1) == BatchState::kCompleted);
  CHECK(after.state(3) == BatchState::kAccepted);
  CHECK(after.pending() == std::vector<std::uint64_t>{3});
  const std::vector<BatchState> states{BatchState::kAccepted,  BatchState::kForgotten, BatchState::kForgotten,
                                       BatchState::kRetrained, BatchState::kPublished, BatchState::kErased,
                                       BatchState::kCompleted};
  for (std::size_t lines = 1; lines <= states.size(); ++lines) {
    const auto all = all_kinds();
    CHECK(history_of({all.begin(), all.begin() + static_cast<std::ptrdiff_t>(lines)}).state(1) == states[lines - 1]);
  }
}

TEST_CASE("a request is found under its requester, named or referenced, and under no other") {
  BatchAccepted first = deleting(1, {ShardId(0), SliceId(1)}, {1});
  first.requests[0].requested_by = "acme";
  BatchAccepted second = deleting(2, {ShardId(0), SliceId(1)}, {2});
  second.requests[0].id = "r1";
  second.requests[0].requested_by = History(Journal{}, kSeed).requester_reference("bolt");
  BatchAccepted third = deleting(3, {ShardId(0), SliceId(1)}, {3});

  const History history = history_of({first, second, third});

  REQUIRE(history.find("r1", "acme") != nullptr);
  CHECK(*history.find("r1", "acme") == first.requests[0]);
  REQUIRE(history.find("r1", "bolt") != nullptr);
  CHECK(*history.find("r1", "bolt") == second.requests[0]);
  REQUIRE(history.find("r3", "") != nullptr);
  CHECK(history.find("r1", "") == nullptr);
  CHECK(history.find("r3", "acme") == nullptr);
  CHECK(history.find("r9", "acme") == nullptr);
}

TEST_CASE("a requester's reference depends on the seed, and nobody stays nobody") {
  const History one(Journal{}, Key({1, 2}));
  const History other(Journal{}, Key({1, 3}));

  CHECK(one.requester_reference("acme") != other.requester_reference("acme"));
  CHECK(one.requester_reference("acme") != one.requester_reference("acme "));
  CHECK(one.requester_reference("acme") == one.requester_reference("acme"));
  CHECK(one.requester_reference("acme") != References(Key({1, 2})).of_subject("acme").hex());
  CHECK(one.requester_reference("").empty());
}

TEST_CASE("a journal that keeps references holds neither an id nor a subject nor a requester") {
  const TemporaryFolder folder;
  const References references(kSeed);
  const std::string subject = "zoe@example.org";
  BatchAccepted batch = deleting(1, {ShardId(0), SliceId(1)}, {987'654'321, 987'654'322}, true);
  batch.requests[0].requested_by = History(Journal{}, kSeed).requester_reference("acme gmbh");
  batch.requests[0].cells[0].subjects = {references.of_subject(subject)};
  Journal journal;

  journal.append(system_files(), folder / "j", {batch}, kFirstOfMarch);

  const std::string text = text_of(folder / "j");
  for (const std::string word : {"98765432", "zoe", "example", "acme"}) CHECK_FALSE(contains(text, word));
  CHECK(contains(text, "\"ids\":[]"));
  const History history(journal, kSeed);
  CHECK(history.is_deleted(SampleId(987'654'321)));
  CHECK(history.is_deleted(SampleId(987'654'322)));
  CHECK_FALSE(history.is_deleted(SampleId(987'654'323)));
  CHECK(history.is_deleted_subject(references.of_subject(subject)));
  CHECK(history.deleted() == 2);
  CHECK_FALSE(History(journal, Key({7, 9})).is_deleted(SampleId(987'654'321)));
}

TEST_CASE("a journal that deletes a sample twice is refused with its name") {
  const Cell cell{ShardId(0), SliceId(1)};
  const auto by_id = [&] { (void)history_of({deleting(1, cell, {4, 5, 6}), deleting(2, cell, {6, 7})}); };
  const auto by_reference = [&] { (void)history_of({deleting(1, cell, {4}, true), deleting(2, cell, {4}, true)}); };

  CHECK(contains(failure_of(by_id), "the journal deletes sample 6 twice"));
  CHECK(contains(failure_of(by_reference), References(kSeed).of_sample(SampleId(4)).hex()));
}
