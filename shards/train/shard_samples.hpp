// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "framework/core/bytes.hpp"
#include "framework/core/error.hpp"
#include "framework/core/ids.hpp"
#include "framework/data/dataset.hpp"
#include "shards/partition/partitioner.hpp"

namespace expunge {

/// One shard's samples in memory, slice after slice: all of the data that its rank holds. Features stay as stored.
class ShardSamples {
 public:
  /// Reads slices 1 … R of `shard` from `data`; of those before `first`, which nobody will train on, the ids and labels
  /// alone: their features must not be asked for. Throws what `Dataset::gather` throws.
  ShardSamples(const Dataset& data, const Partition& partition, ShardId shard, SliceId first = SliceId(1));

  /// Places [begin, end) of a stage's training set.
  struct Range {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    [[nodiscard]] std::uint64_t size() const { return end - begin; }
  };
  [[nodiscard]] Range stage_range(SliceId stage, bool cumulative) const;
  [[nodiscard]] std::uint64_t slice_size(SliceId slice) const;
  [[nodiscard]] std::uint64_t size() const { return ids_.size(); }

  [[nodiscard]] std::span<const SampleId> ids() const { return ids_; }
  [[nodiscard]] std::int32_t label(std::uint64_t place) const { return labels_[place]; }
  [[nodiscard]] ByteView features(std::uint64_t place) const {
    if (place < first_place_) throw Bug("features of a slice that was not read");
    return ByteView(features_).subspan((place - first_place_) * row_bytes_, row_bytes_);
  }

 private:
  std::size_t row_bytes_;
  std::uint64_t first_place_ = 0;           // whose features were read
  std::vector<std::uint64_t> slice_begin_;  // R + 1 entries
  std::vector<SampleId> ids_;
  std::vector<std::int32_t> labels_;
  Bytes features_;
};

}  // namespace expunge
