// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/train/live_roots.hpp"

#include <algorithm>

#include "shards/train/shard_samples.hpp"

namespace expunge {

std::vector<Digest> slice_references(const Dataset& data, std::span<const std::uint64_t> rows,
                                     const References& references) {
  std::vector<Digest> found;
  found.reserve(rows.size());
  for (const auto row : rows) found.push_back(references.of_sample(data.id(row)));
  if (!data.has_subjects()) return found;
  std::vector<std::uint32_t> subjects;
  subjects.reserve(rows.size());
  for (const auto row : rows) subjects.push_back(data.subject_index(row));
  std::ranges::sort(subjects);
  const auto repeated = std::ranges::unique(subjects);
  subjects.erase(repeated.begin(), repeated.end());
  for (const auto subject : subjects) found.push_back(references.of_subject(data.subjects()[subject]));
  return found;
}

LiveRoots::LiveRoots(const Dataset& data, const Partition& partition, ShardId shard, Slicing slicing, const Key& seed)
    : data_(data),
      partition_(partition),
      shard_(shard),
      slicing_(slicing),
      references_(seed),
      roots_(partition.slices()) {}

SetDigest LiveRoots::live(SliceId stage) {
  reach(stage);
  return live_[stage.value() - 1];
}

Digest LiveRoots::root(SliceId stage) {
  std::optional<Digest>& root = roots_.at(stage.value() - 1);
  if (root) return *root;
  if (live_.size() <= stage.value()) {
    reach(stage);
    root = tree_.root();
    return *root;
  }
  // The tree has grown beyond this stage, and can't shrink.
  LiveTree smaller;
  for (std::uint32_t slice = 1; slice <= stage.value(); ++slice)
    smaller.insert(slice_references(data_, partition_.rows(shard_, SliceId(slice)), references_));
  root = smaller.root();
  return *root;
}

void LiveRoots::reach(SliceId stage) {
  while (live_.size() < stage.value()) {
    const auto& rows = partition_.rows(shard_, SliceId(static_cast<std::uint32_t>(live_.size()) + 1));
    const auto references = slice_references(data_, rows, references_);
    SetDigest slice;
    for (std::size_t i = 0; i < rows.size(); ++i) slice.insert(references[i]);
    seen_.merge(slice);
    live_.push_back(slicing_ == Slicing::kCumulative ? seen_ : slice);
    tree_.insert(references);
  }
}

}  // namespace expunge
