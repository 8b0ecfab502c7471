// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/verify/stage_sets.hpp"

#include "shards/train/shard_samples.hpp"

namespace expunge {

std::vector<StageSet> stage_sets(const Dataset& data, const Partition& live, ShardId shard,
                                 const TrainingConfiguration& configuration, const Key& seed) {
  const Key live_key = seed.derive("expunge/live-set/v1");
  const bool cumulative = configuration.slicing == Slicing::kCumulative;
  std::vector<StageSet> sets;
  for (std::uint32_t r = 1; r <= configuration.slices; ++r) {
    std::vector<SampleId> ids;
    for (const auto row : live.rows(shard, SliceId(r))) ids.push_back(data.id(row));
    StageSet set;
    set.slice_samples = ids.size();
    set.samples = ids.size();
    set.live = live_digest(ids, live_key);
    if (cumulative && r > 1) {
      set.samples += sets.back().samples;
      set.live.merge(sets.back().live);
    }
    set.root_scheme = "none";
    sets.push_back(std::move(set));
  }
  return sets;
}

}  // namespace expunge
