// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>

#include <doctest/doctest.h>

#include "framework/core/error.hpp"
#include "framework/random/key.hpp"
#include "shards/verify/challenge.hpp"
#include "tests/support/small_slice.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

std::vector<StageName> all_stages(std::uint32_t shards, std::uint32_t slices) {
  std::vector<StageName> stages;
  for (std::uint32_t k = 0; k < shards; ++k)
    for (std::uint32_t r = 1; r <= slices; ++r) stages.push_back({ShardId(k), SliceId(r)});
  return stages;
}

Bytes challenge_number(std::uint64_t number) {
  const auto block = Key({number, 0}).block(0);
  const auto bytes = std::as_bytes(std::span(block));
  return {bytes.begin(), bytes.end()};
}

}  // namespace

TEST_CASE("a challenge picks the stages that its specification's example names") {
  const auto picked =
      picked_stages(all_stages(2, 3), from_hex("000102030405060708090a0b0c0d0e0f"), Digest{}, Fraction{600'000});

  CHECK(picked ==
        std::vector<StageName>{
            {ShardId(0), SliceId(1)}, {ShardId(0), SliceId(2)}, {ShardId(0), SliceId(3)}, {ShardId(1), SliceId(1)}});
}

TEST_CASE("the part that is picked is rounded up, to at least one stage and at most all") {
  const auto stages = all_stages(2, 5);
  const auto count = [&](std::uint32_t millionths) {
    return picked_stages(stages, challenge_number(1), Digest{}, Fraction{millionths}).size();
  };

  CHECK(count(1) == 1);
  CHECK(count(100'000) == 1);
  CHECK(count(100'001) == 2);
  CHECK(count(300'000) == 3);
  CHECK(count(999'999) == 10);
  CHECK(count(1'000'000) == 10);
  CHECK(picked_stages({}, challenge_number(1), Digest{}, Fraction{500'000}).empty());
}

TEST_CASE("no order in which stages are listed changes what is picked") {
  auto stages = all_stages(3, 4);
  const auto picked = picked_stages(stages, challenge_number(2), digest_filled_with(7), Fraction{400'000});
  std::ranges::reverse(stages);

  CHECK(picked_stages(stages, challenge_number(2), digest_filled_with(7), Fraction{400'000}) == picked);
  CHECK(std::ranges::is_sorted(picked));
}

TEST_CASE("every stage is picked by some challenge, each about as often as every other") {
  const auto stages = all_stages(3, 4);
  constexpr std::uint64_t kChallenges = 1200;
  std::map<StageName, int> times;

  for (std::uint64_t number = 0; number < kChallenges; ++number)
    for (const auto& stage : picked_stages(stages, challenge_number(number), Digest{}, Fraction{250'000}))
      ++times[stage];

  // 300 expected of each, with a standard deviation of 15: six of them are allowed.
  REQUIRE(times.size() == stages.size());
  for (const auto& [stage, count] : times) {
    CHECK(count > 210);
    CHECK(count < 390);
  }
}

TEST_CASE("another head of the journal picks other stages under the same challenge") {
  const auto stages = all_stages(4, 8);
  std::set<std::vector<StageName>> picked;

  for (unsigned value = 0; value < 20; ++value)
    picked.insert(picked_stages(stages, challenge_number(3), digest_filled_with(value), Fraction{250'000}));

  CHECK(picked.size() == 20);
}

TEST_CASE("challenges that could be tried out and fractions that pick nothing are bugs of the caller") {
  const auto stages = all_stages(1, 2);

  CHECK_THROWS_AS((void)picked_stages(stages, Bytes(15), Digest{}, Fraction{1}), Bug);
  CHECK_THROWS_AS((void)picked_stages(stages, Bytes(65), Digest{}, Fraction{1}), Bug);
  CHECK_THROWS_AS((void)picked_stages(stages, Bytes(16), Digest{}, Fraction{0}), Bug);
  CHECK_THROWS_AS((void)picked_stages(stages, Bytes(16), Digest{}, Fraction{1'000'001}), Bug);
}
