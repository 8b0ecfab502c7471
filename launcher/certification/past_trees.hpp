// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "launcher/run/opened_run.hpp"
#include "shards/checkpoint/live_tree.hpp"
#include "shards/journal/journal.hpp"
#include "shards/partition/references.hpp"

namespace expunge {

/// The trees under the live roots of states that were once served, made again from the run's data and its journal: the
/// references of what is live now, and of what was deleted since. `records` and `data` must outlive it.
class PastTrees {
 public:
  PastTrees(const RunRecords& records, const RunData& data);

  /// The references of a cell's samples and subjects when these batches were respected and no other.
  [[nodiscard]] std::vector<Digest> references_of(Cell cell, const std::set<std::uint64_t>& respected) const;
  /// The tree of a state that respected these batches. Throws Failure saying why not where its root is not the state's:
  /// then data or journal are not those that the state was made from.
  [[nodiscard]] LiveTree tree_of(const ServedState& state, const std::set<std::uint64_t>& respected) const;

 private:
  struct Deletion {
    std::uint64_t batch = 0;
    const CellDeletion* samples = nullptr;
  };
  const RunRecords& records_;
  const RunData& data_;
  References references_;
  std::map<Cell, std::vector<Deletion>> deletions_;
};

}  // namespace expunge
