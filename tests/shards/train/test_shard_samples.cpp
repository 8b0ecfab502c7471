// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <doctest/doctest.h>

#include "framework/core/error.hpp"
#include "shards/train/shard_samples.hpp"
#include "tests/support/small_training.hpp"

using namespace expunge;

namespace {

constexpr std::uint32_t kSlices = 4;
constexpr ShardId kShard{0};

}  // namespace

TEST_CASE("samples read from a slice on are in the places, and have the features, that all of them have") {
  const testing::MemoryDataset data = testing::make_samples(40, {{9}, 3, FeatureType::kF32, false}, 12);
  const Partition partition(Partitioner(Key::parse("7"), 1, kSlices), data, [](SampleId) { return true; });
  const ShardSamples all(data, partition, kShard);

  for (std::uint32_t first = 1; first <= kSlices + 1; ++first) {
    CAPTURE(first);
    const ShardSamples some(data, partition, kShard, SliceId(first));

    CHECK(std::ranges::equal(some.ids(), all.ids()));
    for (std::uint32_t slice = 1; slice <= kSlices; ++slice) {
      const auto range = all.stage_range(SliceId(slice), false);
      CHECK(some.slice_size(SliceId(slice)) == range.size());
      for (std::uint64_t place = range.begin; place < range.end; ++place) {
        CHECK(some.label(place) == all.label(place));
        if (slice >= first)
          CHECK(std::ranges::equal(some.features(place), all.features(place)));
        else
          CHECK_THROWS_AS((void)some.features(place), Bug);
      }
    }
  }
}
