// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/certification/past_trees.hpp"

#include "framework/core/error.hpp"
#include "launcher/certification/reference_proofs.hpp"
#include "shards/train/live_roots.hpp"

namespace expunge {

PastTrees::PastTrees(const RunRecords& records, const RunData& data)
    : records_(records), data_(data), references_(records.manifest.seed) {
  for (const auto& line : records_.journal.lines()) {
    const auto* batch = std::get_if<BatchAccepted>(&line.entry);
    if (batch == nullptr) continue;
    for (const auto& request : batch->requests)
      for (const auto& cell : request.cells) deletions_[cell.cell].push_back({batch->batch, &cell});
  }
}

std::vector<Digest> PastTrees::references_of(Cell cell, const std::set<std::uint64_t>& respected) const {
  auto all = slice_references(*data_.data, data_.live.rows(cell.shard, cell.slice), references_);
  const auto found = deletions_.find(cell);
  if (found == deletions_.end()) return all;
  for (const auto& [batch, deletion] : found->second) {
    if (respected.contains(batch)) continue;
    const auto samples = sample_references(*deletion, references_);
    all.insert(all.end(), samples.begin(), samples.end());
    all.insert(all.end(), deletion->subjects.begin(), deletion->subjects.end());
  }
  return all;
}

LiveTree PastTrees::tree_of(const ServedState& state, const std::set<std::uint64_t>& respected) const {
  LiveTree tree;
  for (std::uint32_t r = 1; r <= state.stages; ++r) tree.insert(references_of({state.shard, SliceId(r)}, respected));
  if (tree.root() != state.live_root)
    throw Failure(
        fmt::format("the data is not what shard {} was trained on: it does not give the live root {}… that the journal "
                    "recorded",
                    state.shard.value(), state.live_root.hex().substr(0, 16)));
  return tree;
}

}  // namespace expunge
