// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "framework/core/ids.hpp"
#include "framework/data/dataset.hpp"
#include "framework/random/key.hpp"

namespace expunge {

/// A cell of the partition: slice `slice` (1 … R) of shard `shard` (0 … S−1).
struct Cell {
  ShardId shard;
  SliceId slice;
  auto operator<=>(const Cell&) const = default;
};

/// Says where a sample lives. The answer depends on the run's seed and on the sample's own key alone (its subject, or
/// its id where the data set has no subjects), so that removing any samples moves none of the others, and all samples
/// of one subject lie in one cell: one person's request costs one retraining.
class Partitioner {
 public:
  /// `seed` is the run's; S and R at least 1.
  Partitioner(const Key& seed, std::uint32_t shards, std::uint32_t slices);

  [[nodiscard]] Cell cell_of_subject(std::string_view subject) const;
  [[nodiscard]] Cell cell_of_id(SampleId id) const;
  /// By subject where `data` has subjects, else by id.
  [[nodiscard]] Cell cell_of_row(const Dataset& data, std::uint64_t row) const;

  [[nodiscard]] std::uint32_t shards() const { return shards_; }
  [[nodiscard]] std::uint32_t slices() const { return slices_; }

 private:
  [[nodiscard]] Cell cell_of_hash(std::uint64_t hash) const;
  Key key_;
  std::uint32_t shards_;
  std::uint32_t slices_;
};

/// Which live rows lie in which cell: the whole partition of one data set.
class Partition {
 public:
  /// Rows of every cell, ascending, of all samples or of those that are live. Costs one pass over ids or subjects;
  /// features are not read.
  Partition(
      const Partitioner& partitioner, const Dataset& data,
      const std::function<bool(SampleId)>& is_live = [](SampleId) { return true; });

  [[nodiscard]] std::uint32_t shards() const { return shards_; }
  [[nodiscard]] std::uint32_t slices() const { return slices_; }
  /// Rows of one slice of one shard, ascending.
  [[nodiscard]] const std::vector<std::uint64_t>& rows(ShardId shard, SliceId slice) const;
  /// Samples in all slices of a shard.
  [[nodiscard]] std::uint64_t samples(ShardId shard) const;
  [[nodiscard]] std::uint64_t empty_cells() const;

 private:
  std::uint32_t shards_;
  std::uint32_t slices_;
  std::vector<std::vector<std::uint64_t>> rows_;
};

}  // namespace expunge
