// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "framework/data/dataset.hpp"
#include "framework/random/key.hpp"
#include "shards/journal/journal.hpp"
#include "shards/partition/partitioner.hpp"
#include "shards/partition/references.hpp"
#include "shards/requests/resolution.hpp"

namespace expunge {

/// Says what rows take from which cell, as the journal keeps it.
class CellDeletions {
 public:
  CellDeletions(const Dataset& data, const Partitioner& partitioner, const Key& seed, JournalIds ids)
      : data_(data), partitioner_(partitioner), references_(seed), ids_(ids) {}

  /// By shard and slice. Under kPlain no row's id may be above `kLargestId`.
  [[nodiscard]] std::vector<CellDeletion> of(std::span<const std::uint64_t> rows);

 private:
  struct Placed {
    Cell cell;
    std::uint64_t id = 0;
    std::uint32_t subject = 0;
    auto operator<=>(const Placed&) const = default;
  };
  [[nodiscard]] CellDeletion one(std::span<const Placed> samples) const;

  const Dataset& data_;
  const Partitioner& partitioner_;
  References references_;
  JournalIds ids_;
  std::vector<Placed> placed_;  // kept from call to call: most requests are small, and there may be a million
};

}  // namespace expunge
