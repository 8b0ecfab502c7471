// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "shards/journal/approximations.hpp"
#include "tests/shards/journal/small_journal.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

using Numbers = std::vector<std::uint64_t>;
constexpr ShardId kShard{0};
constexpr ShardId kOther{1};

BatchAccepted batch(std::uint64_t number, const std::string& method, const std::vector<ShardId>& shards) {
  BatchAccepted accepted;
  accepted.batch = number;
  accepted.method = method;
  AcceptedRequest request;
  request.id = "r-" + std::to_string(number);
  request.requested = shards.size();
  for (const ShardId shard : shards) {
    const std::uint64_t id = 10 * number + shard.value();
    request.cells.push_back({{shard, SliceId(2)}, {{id, id + 1}}, {}, {}});
  }
  accepted.requests = {request};
  accepted.before = {{kShard, 3, digest_filled_with(0x60), digest_filled_with(0x61)},
                     {kOther, 3, digest_filled_with(0x70), digest_filled_with(0x71)}};
  return accepted;
}

BatchForgotten forgotten(Numbers batches, unsigned model) {
  BatchForgotten line;
  line.batches = std::move(batches);
  line.after = {{kShard, 1, digest_filled_with(model), digest_filled_with(0x62)}};
  return line;
}

Approximations of(std::vector<JournalEntry> entries) {
  const TemporaryFolder folder;
  Journal journal;
  journal.append(system_files(), folder / "journal.jsonl", std::move(entries), kFirstOfMarch);
  return Approximations(journal);
}

}  // namespace

TEST_CASE("an exact batch leaves a shard exact from the line that published it") {
  const auto it = of({batch(1, "exact", {kShard}), BatchPublished{{1}, {}}});

  CHECK(it.of(kShard).empty());
  CHECK(it.exact_since(1, kShard) == ExactSince{1, 1});
  CHECK_FALSE(it.exact_since(1, kOther).has_value());
}

TEST_CASE("a shard is approximate by every batch since it was exact, pending ones too") {
  const auto it = of({batch(1, "finetune", {kShard, kOther}), BatchPublished{{1}, {}}, batch(2, "neggrad", {kShard})});

  CHECK(it.of(kShard) == Numbers{1, 2});
  CHECK(it.of(kOther) == Numbers{1});
  CHECK(it.is_under_way(kShard));
  CHECK_FALSE(it.is_under_way(kOther));
  CHECK(it.may_serve_approximation(kOther));
  CHECK_FALSE(it.exact_since(1, kShard).has_value());
}

TEST_CASE("an exact batch heals the shards that it touches, and no others") {
  const auto it = of({batch(1, "finetune", {kShard, kOther}), BatchPublished{{1}, {}}, batch(2, "exact", {kOther}),
                      BatchPublished{{2}, {}}});

  CHECK(it.of(kShard) == Numbers{1});
  CHECK(it.of(kOther).empty());
  CHECK(it.exact_since(1, kOther) == ExactSince{3, 2});
  CHECK(it.exact_since(2, kOther) == ExactSince{3, 2});
}

TEST_CASE("healing makes every approximate shard exact") {
  const auto it = of(
      {batch(1, "finetune", {kShard, kOther}), BatchPublished{{1}, {}}, batch(2, "heal", {}), BatchPublished{{2}, {}}});

  CHECK(it.of(kShard).empty());
  CHECK(it.of(kOther).empty());
  CHECK(it.exact_since(1, kShard) == ExactSince{3, 2});
  CHECK(it.exact_since(1, kOther) == ExactSince{3, 2});
}

TEST_CASE("together with an exact batch, an approximate one is carried out exactly where both touch a shard") {
  const auto it = of({batch(1, "finetune", {kShard, kOther}), batch(2, "exact", {kShard}), BatchPublished{{1, 2}, {}}});

  CHECK(it.of(kShard).empty());
  CHECK(it.exact_since(1, kShard) == ExactSince{2, 2});
  CHECK(it.of(kOther) == Numbers{1});
}

TEST_CASE("a rollback makes a shard exact, and what did not change what it serves is none") {
  const auto approximate = [&](BatchForgotten line) {
    return of({batch(1, "finetune", {kShard}),
               BatchPublished{{1}, {{kShard, 3, digest_filled_with(0x63), digest_filled_with(0x62)}}},
               [] {
                 auto second = batch(2, "exact", {kShard});
                 second.before[0].model = digest_filled_with(0x63);
                 return second;
               }(),
               std::move(line)});
  };

  const auto rolled_back = approximate(forgotten({2}, 0x64));
  const auto unchanged = approximate(forgotten({2}, 0x63));

  CHECK(rolled_back.of(kShard).empty());
  CHECK(rolled_back.exact_since(1, kShard) == ExactSince{3, 2});
  CHECK(rolled_back.exact_since(2, kShard) == ExactSince{3, 2});
  CHECK(unchanged.of(kShard) == Numbers{1});
  CHECK_FALSE(unchanged.exact_since(1, kShard).has_value());
}

TEST_CASE("a shard that an exact batch rolled back is exact by its publication, once there is one") {
  auto second = batch(2, "exact", {kShard});
  second.before[0].model = digest_filled_with(0x63);
  const auto it = of({batch(1, "finetune", {kShard}),
                      BatchPublished{{1}, {{kShard, 3, digest_filled_with(0x63), digest_filled_with(0x62)}}}, second,
                      forgotten({2}, 0x64), BatchPublished{{2}, {}}});

  CHECK(it.exact_since(1, kShard) == ExactSince{4, 2});
  CHECK(it.exact_since(2, kShard) == ExactSince{4, 2});
}

TEST_CASE("what was rolled back first and then published by an approximate method may be approximate again") {
  const auto it = of({batch(1, "finetune", {kShard}), forgotten({1}, 0x64), BatchPublished{{1}, {}}});

  CHECK(it.of(kShard) == Numbers{1});
  CHECK_FALSE(it.exact_since(1, kShard).has_value());
}
