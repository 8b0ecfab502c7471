// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
// Nothing flows from a later slice or from another shard into a stage, and the order of rows says nothing.
#include <doctest/doctest.h>

#include "tests/support/random_training.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

/// How the samples that a stage must not know of are tampered with.
enum class Change { kFeatures, kLabels, kBoth, kRemoved };
constexpr Change kChanges[] = {Change::kFeatures, Change::kLabels, Change::kBoth, Change::kRemoved};

/// The data set with every sample for which `strange` holds changed.
template <class Predicate>
MemoryDataset tampered(const MemoryDataset& data, Change change, Predicate strange) {
  if (change == Change::kRemoved) return data.without(strange);
  return data.changed([&](MemorySample& sample) {
    if (!strange(sample)) return;
    if (change != Change::kLabels)
      for (float& value : sample.features) value = data.feature_type() == FeatureType::kU8 ? 255 - value : 3 * value;
    if (change != Change::kFeatures) sample.label = (sample.label + 1) % static_cast<std::int32_t>(data.classes());
  });
}

}  // namespace

TEST_CASE("what is in slice r+1 or in another shard enters no bit of stage r") {
  std::uint64_t controls = 0;
  for (std::uint64_t round = 0; round < 160; ++round) {
    Choices choices(1000 + round);
    const RandomTraining t = random_training(choices);
    const auto& c = t.configuration;
    const Change change = kChanges[round % std::size(kChanges)];
    const ShardId shard(static_cast<std::uint32_t>(choices.below(c.shards)));
    const auto last = static_cast<std::uint32_t>(choices.below(c.slices + 1));
    INFO("round ", round, ", shard ", shard.value(), ", stages 0 to ", last, ": ", t.text());
    const Partitioner partitioner(t.seed, c.shards, c.slices);
    const auto cell_of = [&](const MemorySample& sample) {
      return c.placed_by_subject ? partitioner.cell_of_subject(sample.subject)
                                 : partitioner.cell_of_id(SampleId(sample.id));
    };
    const auto strange = [&](const MemorySample& sample) {
      const Cell cell = cell_of(sample);
      return cell.shard != shard || cell.slice.value() > last;
    };
    const auto own = [&](const MemorySample& sample) { return !strange(sample); };

    const auto before = digests_in_memory(c, t.seed, shard, t.data);
    const auto after = digests_in_memory(c, t.seed, shard, tampered(t.data, change, strange));

    for (std::uint32_t r = 0; r <= last; ++r) {
      CAPTURE(r);
      CHECK(before[r] == after[r]);
    }
    // The same change to the stage's own samples is seen.
    if (before[last] == before[0]) continue;
    const auto control = digests_in_memory(c, t.seed, shard, tampered(t.data, change, own));
    CHECK(control[last] != before[last]);
    ++controls;
  }
  CHECK(controls > 80);
}

TEST_CASE("rows in another order, their ids kept, change nothing") {
  for (std::uint64_t round = 0; round < 60; ++round) {
    Choices choices(2000 + round);
    const RandomTraining t = random_training(choices);
    INFO("round ", round, ": ", t.text());
    const MemoryDataset shuffled = t.data.shuffled(Key({round, 4}));
    REQUIRE_FALSE(std::ranges::equal(shuffled.samples(), t.data.samples(), {}, &MemorySample::id, &MemorySample::id));

    for (std::uint32_t k = 0; k < t.configuration.shards; ++k)
      CHECK(digests_in_memory(t.configuration, t.seed, ShardId(k), shuffled) ==
            digests_in_memory(t.configuration, t.seed, ShardId(k), t.data));
  }
}

TEST_CASE("a training leaves nothing behind that the next one in the same process could pick up") {
  Choices choices(3000);
  const RandomTraining t = random_training(choices);
  const auto alone = digests_in_memory(t.configuration, t.seed, ShardId(0), t.data);
  for (std::uint64_t round = 0; round < 8; ++round) {
    Choices others(3001 + round);
    const RandomTraining other = random_training(others);
    (void)digests_in_memory(other.configuration, other.seed, ShardId(0), other.data);

    CHECK(digests_in_memory(t.configuration, t.seed, ShardId(0), t.data) == alone);
  }
}

TEST_CASE("the seed enters every state, the initial weights among them") {
  Choices choices(4000);
  const RandomTraining t = random_training(choices);
  const auto one = digests_in_memory(t.configuration, Key({1, 0}), ShardId(0), t.data);
  const auto other = digests_in_memory(t.configuration, Key({2, 0}), ShardId(0), t.data);

  for (std::size_t r = 0; r < one.size(); ++r) CHECK(one[r] != other[r]);
}
