// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/verify/stage_sets.hpp"

#include "shards/checkpoint/live_tree.hpp"
#include "shards/train/live_roots.hpp"

namespace expunge {

std::vector<StageSet> stage_sets(const Dataset& data, const Partition& live, ShardId shard,
                                 const TrainingConfiguration& configuration, const Key& seed) {
  LiveRoots roots(data, live, shard, configuration.slicing, seed);
  std::vector<StageSet> sets;
  std::uint64_t seen = 0;
  for (std::uint32_t r = 1; r <= configuration.slices; ++r) {
    StageSet set;
    set.slice_samples = live.rows(shard, SliceId(r)).size();
    seen += set.slice_samples;
    set.samples = configuration.slicing == Slicing::kCumulative ? seen : set.slice_samples;
    set.live = roots.live(SliceId(r));
    set.root_scheme = kLiveTreeScheme;
    set.root = roots.root(SliceId(r));
    sets.push_back(std::move(set));
  }
  return sets;
}

}  // namespace expunge
