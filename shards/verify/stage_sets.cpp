// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/verify/stage_sets.hpp"

namespace expunge {

std::vector<StageSet> stage_sets(const ShardSamples& samples, const TrainingConfiguration& configuration,
                                 const Key& seed) {
  const Key live_key = seed.derive("expunge/live-set/v1");
  const bool cumulative = configuration.slicing == Slicing::kCumulative;
  std::vector<StageSet> sets;
  for (std::uint32_t r = 1; r <= configuration.slices; ++r) {
    const auto slice = samples.stage_range(SliceId(r), false);
    StageSet set;
    set.slice_samples = slice.size();
    set.samples = samples.stage_range(SliceId(r), cumulative).size();
    set.live = live_digest(samples.ids().subspan(slice.begin, slice.size()), live_key);
    if (cumulative && r > 1) set.live.merge(sets.back().live);
    set.root_scheme = "none";
    sets.push_back(std::move(set));
  }
  return sets;
}

}  // namespace expunge
