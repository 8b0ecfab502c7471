// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "framework/core/error.hpp"
#include "shards/journal/request_course.hpp"
#include "tests/support/failure_message.hpp"
#include "tests/support/small_slice.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;
using testing::contains;
using testing::digest_filled_with;
using testing::failure_of;

namespace {

constexpr Moment kNoon{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + std::chrono::hours(12)};

AcceptedRequest request_by(const std::string& id, const std::string& requester, std::uint64_t sample) {
  AcceptedRequest one;
  one.id = id;
  one.requested_by = requester;
  one.requested = 1;
  one.cells = {{{ShardId(0), SliceId(1)}, {{sample, sample + 1}}, {}, {}}};
  return one;
}

BatchAccepted two_shard_batch(std::uint64_t number, std::vector<AcceptedRequest> requests, unsigned model_before) {
  BatchAccepted accepted;
  accepted.batch = number;
  accepted.requests = std::move(requests);
  accepted.before = {{ShardId(0), 2, digest_filled_with(model_before), digest_filled_with(model_before)},
                     {ShardId(1), 2, digest_filled_with(0x70), digest_filled_with(0x71)}};
  return accepted;
}

struct Followed {
  Journal journal;
  History history;

  [[nodiscard]] RequestCourse find(const std::string& id, const std::optional<std::string>& requested_by) const {
    return find_request(journal, history, "run", id, requested_by);
  }
};

Followed followed(std::vector<JournalEntry> entries) {
  const testing::TemporaryFolder folder;
  Journal journal;
  journal.append(system_files(), folder / "journal.jsonl", std::move(entries), kNoon);
  History history(journal, Key({7, 8}));
  return {std::move(journal), std::move(history)};
}

/// Batch 1 is forgotten, batch 2 is accepted after it, and both are retrained and published together.
std::vector<JournalEntry> two_batches() {
  const ServedState rolled_back{ShardId(0), 0, {}, {}};
  const ServedState retrained{ShardId(0), 2, digest_filled_with(0x33), digest_filled_with(0x34)};
  const ServedState untouched{ShardId(1), 2, digest_filled_with(0x70), digest_filled_with(0x71)};
  BatchForgotten forgotten;
  forgotten.batches = {1};
  forgotten.after = {rolled_back};
  BatchAccepted second = two_shard_batch(2, {request_by("r-2", "bob", 6), request_by("r-1", "eve", 7)}, 0x22);
  second.before[0] = rolled_back;
  return {two_shard_batch(1, {request_by("r-1", "bob", 5)}, 0x21),
          forgotten,
          second,
          BatchPublished{{1, 2}, {retrained, untouched}},
          BatchErased{{1, 2}, {}},
          BatchCompleted{{1, 2}}};
}

}  // namespace

TEST_CASE("a request is followed from its line to the last that speaks of its batch") {
  const Followed run = followed(two_batches());

  const RequestCourse first = run.find("r-1", "bob");
  const RequestCourse second = run.find("r-2", std::nullopt);

  CHECK(first.batch == 1);
  CHECK(first.accepted == 0);
  CHECK(first.forgotten == 1U);
  CHECK(first.published == 3U);
  CHECK(first.completed == 5U);
  CHECK(first.settled() == 3U);
  CHECK(second.batch == 2);
  CHECK(second.accepted == 2);
  CHECK_FALSE(second.forgotten.has_value());
  CHECK(second.settled() == 3U);
}

TEST_CASE("a batch that is accepted and no more is not settled") {
  std::vector<JournalEntry> entries = two_batches();
  entries.resize(3);
  const Followed run = followed(std::move(entries));

  CHECK(run.find("r-1", "bob").settled() == 1U);
  CHECK_FALSE(run.find("r-2", "bob").settled().has_value());
}

TEST_CASE("whose request is meant is asked where it does not follow") {
  const Followed run = followed(two_batches());

  CHECK(run.find("r-1", "eve").request->cells[0].ids[0].first == 7);
  CHECK_THROWS_WITH_AS((void)run.find("r-1", std::nullopt),
                       "run: 2 requesters have a request 'r-1': say whose with --requested-by", UsageError);
  CHECK(contains(failure_of([&] { (void)run.find("r-2", "eve"); }),
                 "no request 'r-2' of this requester was ever accepted"));
  CHECK(contains(failure_of([&] { (void)run.find("r-22", std::nullopt); }),
                 "no request 'r-22' was ever accepted: did you mean 'r-2'?"));
}

TEST_CASE("without a requester, nobody's request is meant before others'") {
  const Followed run = followed(
      {two_shard_batch(1, {request_by("r-1", "bob", 5), request_by("r-1", "", 6), request_by("r-1", "eve", 7)}, 0x21)});

  CHECK(run.find("r-1", std::nullopt).request->cells[0].ids[0].first == 6);
}

TEST_CASE("what was served and respected follows line by line") {
  const Followed run = followed(two_batches());

  CHECK(served_after(run.journal, 0)[0].model == digest_filled_with(0x21));
  CHECK(served_after(run.journal, 1)[0].stages == 0);
  CHECK(served_after(run.journal, 1)[1].model == digest_filled_with(0x70));
  CHECK(served_after(run.journal, 3)[0].model == digest_filled_with(0x33));
  CHECK(respected_after(run.journal, 0).empty());
  CHECK(respected_after(run.journal, 2) == std::set<std::uint64_t>{1});
  CHECK(respected_after(run.journal, 3) == std::set<std::uint64_t>{1, 2});
}
