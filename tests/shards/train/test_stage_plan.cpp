// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <numeric>
#include <set>

#include <doctest/doctest.h>

#include "shards/train/stage_plan.hpp"

using namespace expunge;

namespace {

TrainingConfiguration plan(Slicing slicing, std::uint32_t slices, std::int64_t epoch_millionths) {
  TrainingConfiguration c;
  c.slicing = slicing;
  c.slices = slices;
  c.epoch_millionths = epoch_millionths;
  return c;
}

std::vector<SampleId> some_ids(std::uint64_t count) {
  std::vector<SampleId> ids;
  for (std::uint64_t i = 0; i < count; ++i) ids.emplace_back(i * i + 5);
  return ids;
}

}  // namespace

TEST_CASE("a cumulative stage visits 2En/(R+1) samples, rounded up") {
  const auto visits = [](std::uint32_t slices, std::int64_t millionths, std::uint64_t n) {
    return stage_visits(plan(Slicing::kCumulative, slices, millionths), n);
  };
  CHECK(visits(1, 1'000'000, 10) == 10);    // 2·1·10/2
  CHECK(visits(4, 3'000'000, 100) == 120);  // 2·3·100/5
  CHECK(visits(4, 3'000'000, 101) == 122);  // 121.2
  CHECK(visits(3, 500'000, 10) == 3);       // 2.5
  CHECK(visits(3, 1, 1) == 1);              // 0.0000005
  CHECK(visits(2, 333'333, 3) == 1);        // 0.666666
  CHECK(visits(2, 1'000'000, 0) == 0);
}

TEST_CASE("a sequential stage visits En samples, rounded up") {
  const auto visits = [](std::uint32_t slices, std::int64_t millionths, std::uint64_t n) {
    return stage_visits(plan(Slicing::kSequential, slices, millionths), n);
  };
  CHECK(visits(1, 1'000'000, 10) == 10);
  CHECK(visits(7, 2'500'000, 10) == 25);
  CHECK(visits(7, 2'500'000, 11) == 28);  // 27.5
  CHECK(visits(7, 1, 1) == 1);
  CHECK(visits(7, 1'100'000, 10) == 11);  // exactly: no rounding error makes it 12
  CHECK(visits(7, 1'000'000, 0) == 0);
}

TEST_CASE("visits are exact where a double would not be") {
  CHECK(stage_visits(plan(Slicing::kCumulative, 1, 100'000), 3'000'000'000'000'010) == 300'000'000'000'001);
  CHECK(stage_visits(plan(Slicing::kSequential, 1, 7'000'000), 9'007'199'254'740'993) == 63'050'394'783'186'951);
}

TEST_CASE("many slices and few epochs: every slice is visited, and all stages cost E epochs together") {
  constexpr std::uint64_t kInSlice = 20;
  for (const std::uint32_t slices : {1U, 2U, 10U, 50U, 200U}) {
    CAPTURE(slices);
    const TrainingConfiguration c = plan(Slicing::kCumulative, slices, 5'000'000);
    std::uint64_t total = 0;

    for (std::uint32_t r = 1; r <= slices; ++r) {
      CHECK(stage_visits(c, r * kInSlice) >= 1);
      total += stage_visits(c, r * kInSlice);
    }

    const std::uint64_t whole = 5 * kInSlice * slices;
    CHECK(total >= whole);
    CHECK(total < whole + slices);  // less than one visit of rounding in each stage
  }
}

TEST_CASE("no number of samples, epochs and slices rounds a stage away") {
  for (std::uint64_t n = 1; n < 40; ++n)
    for (const std::uint32_t slices : {1U, 3U, 1000U})
      for (const std::int64_t millionths : {1L, 999L, 100'000L})
        for (const auto slicing : {Slicing::kCumulative, Slicing::kSequential})
          CHECK(stage_visits(plan(slicing, slices, millionths), n) >= 1);
}

TEST_CASE("leaving samples out leaves the order of the others as it is") {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    CAPTURE(seed);
    const Key key({seed, 0});
    const Key coin({seed, 9});
    const auto all = some_ids(80);
    std::vector<SampleId> left;
    for (const auto id : all)
      if (coin.draw(id.value()) % 3 != 0) left.push_back(id);
    REQUIRE(left.size() < all.size());

    std::vector<SampleId> expected;
    for (const auto index : epoch_order(all, key))
      if (coin.draw(all[index].value()) % 3 != 0) expected.push_back(all[index]);
    std::vector<SampleId> found;
    for (const auto index : epoch_order(left, key)) found.push_back(left[index]);

    CHECK((found == expected));
  }
}

TEST_CASE("an epoch's order has every index once, is another under another key, and the same again under the same") {
  const auto ids = some_ids(100);
  const auto order = epoch_order(ids, Key({1, 0}));

  const std::set<std::uint32_t> distinct(order.begin(), order.end());

  CHECK(order.size() == 100);
  CHECK(distinct.size() == 100);
  CHECK(*distinct.rbegin() == 99);
  CHECK(order != epoch_order(ids, Key({2, 0})));
  CHECK(order == epoch_order(ids, Key({1, 0})));
  CHECK(epoch_order({}, Key({1, 0})).empty());
}

TEST_CASE("each sample comes first in its share of epochs") {
  const auto ids = some_ids(8);
  std::map<std::uint32_t, int> first;
  for (std::uint64_t epoch = 0; epoch < 4000; ++epoch) ++first[epoch_order(ids, Key({epoch, 0})).front()];

  for (const auto& one : first) {
    const auto index = one.first;
    const auto count = one.second;
    CAPTURE(index);
    CHECK(count > 380);  // 500 are expected, the deviation is 21
    CHECK(count < 620);
  }
  CHECK(first.size() == 8);
}

TEST_CASE("batches cover the places one after the other, all but the last of full size") {
  for (std::uint64_t places = 0; places < 40; ++places)
    for (const std::uint64_t size : {1U, 2U, 3U, 7U, 32U, 100U})
      for (const bool no_single : {false, true}) {
        CAPTURE(places);
        CAPTURE(size);
        CAPTURE(no_single);
        std::uint64_t next = 0;
        for (const auto& batch : batches_of_epoch(places, size, no_single)) {
          CHECK(batch.first == next);
          CHECK(batch.size >= 1);
          CHECK(batch.size <= size + (no_single ? 1 : 0));
          next += batch.size;
        }
        CHECK(next == places);
      }
}

TEST_CASE("a last batch of one joins the one before it where one sample can't be trained on") {
  const auto plain = batches_of_epoch(9, 4, false);
  REQUIRE(plain.size() == 3);
  CHECK(plain[2].size == 1);
  CHECK(plain[2].trained);

  const auto joined = batches_of_epoch(9, 4, true);
  REQUIRE(joined.size() == 2);
  CHECK(joined[0].size == 4);
  CHECK(joined[1].first == 4);
  CHECK(joined[1].size == 5);

  const auto even = batches_of_epoch(10, 4, true);
  REQUIRE(even.size() == 3);
  CHECK(even[2].size == 2);
}

TEST_CASE("a lone sample that can't be trained on is one batch that is skipped") {
  const auto lone = batches_of_epoch(1, 4, true);
  REQUIRE(lone.size() == 1);
  CHECK(lone[0].size == 1);
  CHECK_FALSE(lone[0].trained);

  CHECK(batches_of_epoch(1, 4, false)[0].trained);
}
