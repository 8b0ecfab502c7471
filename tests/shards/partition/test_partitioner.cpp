// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <map>
#include <set>
#include <vector>

#include <doctest/doctest.h>

#include "framework/core/error.hpp"
#include "shards/partition/partitioner.hpp"
#include "tests/support/memory_dataset.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

MemoryDataset samples(std::uint64_t count, bool by_subject, std::uint64_t seed) {
  return make_samples(count, {{1}, 2, FeatureType::kF32, by_subject}, seed);
}

/// Where every sample lives, as the lists of a partition say.
std::map<std::uint64_t, Cell> places(const Partitioner& partitioner, const Dataset& data) {
  const Partition partition(partitioner, data);
  std::map<std::uint64_t, Cell> cells;
  for (std::uint32_t k = 0; k < partition.shards(); ++k)
    for (std::uint32_t r = 1; r <= partition.slices(); ++r)
      for (const auto row : partition.rows(ShardId(k), SliceId(r))) {
        const bool is_new = cells.emplace(data.id(row).value(), Cell{ShardId(k), SliceId(r)}).second;
        CHECK(is_new);
      }
  return cells;
}

}  // namespace

TEST_CASE("removing any set of samples moves none of the others") {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    for (const bool by_subject : {false, true}) {
      CAPTURE(seed);
      CAPTURE(by_subject);
      const Key coin({seed, 7});
      const Partitioner partitioner(Key({seed, 0}), static_cast<std::uint32_t>(1 + seed % 5),
                                    static_cast<std::uint32_t>(1 + seed % 7));
      const MemoryDataset data = samples(50 + seed, by_subject, seed);
      const MemoryDataset left =
          data.without([&](const auto& sample) { return coin.draw(sample.id) % 10 < 1 + seed % 9; });

      const auto before = places(partitioner, data);
      const auto after = places(partitioner, left);

      CHECK(before.size() == data.size());
      REQUIRE(after.size() == left.size());
      for (const auto& [id, cell] : after) CHECK(before.at(id) == cell);
    }
  }
}

TEST_CASE("all samples of one subject live in one cell, whoever else is there") {
  const Partitioner partitioner(Key({3, 0}), 4, 5);
  const MemoryDataset data = samples(200, true, 1);
  std::map<std::string, std::set<Cell>> cells;
  std::set<Cell> all;

  const auto found = places(partitioner, data);

  for (const auto& sample : data.samples()) {
    cells[sample.subject].insert(found.at(sample.id));
    all.insert(found.at(sample.id));
  }
  CHECK(cells.size() > 40);
  CHECK(all.size() > 15);
  for (const auto& one : cells) {
    const auto& subject = one.first;
    CAPTURE(subject);
    CHECK(one.second == std::set<Cell>{partitioner.cell_of_subject(subject)});
  }
}

TEST_CASE("ids and subjects spread over the cells as chance would") {
  constexpr std::uint32_t kShards = 3;
  constexpr std::uint32_t kSlices = 7;  // no power of two: a remainder's bias would show
  constexpr double kSamples = 42'000;
  const Partitioner partitioner(Key({9, 0}), kShards, kSlices);
  std::map<Cell, double> by_id;
  std::map<Cell, double> by_subject;

  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(kSamples); ++i) {
    ++by_id[partitioner.cell_of_id(SampleId(i))];
    ++by_subject[partitioner.cell_of_subject("subject " + std::to_string(i))];
  }

  constexpr double kExpected = kSamples / (kShards * kSlices);
  for (const auto* counts : {&by_id, &by_subject}) {
    CHECK(counts->size() == kShards * kSlices);
    for (const auto& one : *counts) {
      const Cell cell = one.first;
      const double count = one.second;
      CAPTURE(cell.shard.value());
      CAPTURE(cell.slice.value());
      CHECK(cell.shard.value() < kShards);
      CHECK(cell.slice.value() >= 1);
      CHECK(cell.slice.value() <= kSlices);
      CHECK(std::abs(count - kExpected) < 5 * std::sqrt(kExpected));
    }
  }
}

TEST_CASE("a partition's lists say what the partitioner says of each row, rows ascending") {
  for (const bool by_subject : {false, true}) {
    CAPTURE(by_subject);
    const Partitioner partitioner(Key({5, 0}), 3, 4);
    const MemoryDataset data = samples(120, by_subject, 2);

    const Partition partition(partitioner, data);

    std::uint64_t listed = 0;
    for (std::uint32_t k = 0; k < 3; ++k) {
      std::uint64_t in_shard = 0;
      for (std::uint32_t r = 1; r <= 4; ++r) {
        const auto& rows = partition.rows(ShardId(k), SliceId(r));
        CHECK(std::ranges::is_sorted(rows));
        for (const auto row : rows) CHECK(partitioner.cell_of_row(data, row) == Cell{ShardId(k), SliceId(r)});
        in_shard += rows.size();
      }
      CHECK(partition.samples(ShardId(k)) == in_shard);
      listed += in_shard;
    }
    CHECK(listed == data.size());
  }
}

TEST_CASE("cells without samples are counted") {
  const Partitioner partitioner(Key({5, 0}), 3, 4);
  const MemoryDataset data = samples(2, false, 2);
  const MemoryDataset none = data.without([](const auto&) { return true; });
  const std::set<Cell> taken{partitioner.cell_of_row(data, 0), partitioner.cell_of_row(data, 1)};

  CHECK(Partition(partitioner, data).empty_cells() == 12 - taken.size());
  CHECK(Partition(partitioner, none).empty_cells() == 12);
}

TEST_CASE("a partition of live samples is the whole one without those that are not") {
  for (const bool by_subject : {false, true}) {
    CAPTURE(by_subject);
    const Partitioner partitioner(Key({5, 0}), 3, 4);
    const MemoryDataset data = samples(120, by_subject, 2);
    const auto is_live = [](SampleId id) { return id.value() % 3 != 0; };

    const Partition all(partitioner, data);
    const Partition live(partitioner, data, is_live);
    const Partition none(partitioner, data, [](SampleId) { return false; });

    std::uint64_t left_out = 0;
    for (std::uint32_t k = 0; k < 3; ++k)
      for (std::uint32_t r = 1; r <= 4; ++r) {
        std::vector<std::uint64_t> expected = all.rows(ShardId(k), SliceId(r));
        left_out += std::erase_if(expected, [&](std::uint64_t row) { return !is_live(data.id(row)); });
        CHECK(live.rows(ShardId(k), SliceId(r)) == expected);
      }
    CHECK(left_out > 20);
    CHECK(none.empty_cells() == 12);
  }
}

TEST_CASE("another seed is another placement") {
  const MemoryDataset data = samples(100, false, 3);
  const auto one = places(Partitioner(Key({1, 0}), 4, 4), data);
  const auto other = places(Partitioner(Key({2, 0}), 4, 4), data);
  std::uint64_t same = 0;

  for (const auto& [id, cell] : one) same += other.at(id) == cell ? 1U : 0U;

  CHECK(same < 30);  // 6 are expected by chance
}

TEST_CASE("one shard of one slice holds everything, and no partition has less than that") {
  const MemoryDataset data = samples(10, false, 3);

  CHECK(Partition(Partitioner(Key({1, 0}), 1, 1), data).rows(ShardId(0), SliceId(1)).size() == 10);
  CHECK_THROWS_AS(Partitioner(Key({1, 0}), 0, 1), UsageError);
  CHECK_THROWS_AS(Partitioner(Key({1, 0}), 1, 0), UsageError);
}
