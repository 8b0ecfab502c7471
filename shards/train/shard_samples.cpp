// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/train/shard_samples.hpp"

#include <algorithm>
#include <numeric>

namespace expunge {

ShardSamples::ShardSamples(const Dataset& data, const Partition& partition, ShardId shard, SliceId first)
    : row_bytes_(data.row_bytes()), slice_begin_{0} {
  struct Source {
    std::uint64_t row;
    std::uint64_t place;
  };
  std::vector<Source> sources;
  for (std::uint32_t slice = 1; slice <= partition.slices(); ++slice) {
    // By id, not by row: a data set whose rows were put in another order is the same data set.
    std::vector<std::uint64_t> rows = partition.rows(shard, SliceId(slice));
    std::sort(rows.begin(), rows.end(), [&](auto a, auto b) { return data.id(a) < data.id(b); });
    const bool is_read = SliceId(slice) >= first;
    if (!is_read) first_place_ += rows.size();
    for (const auto row : rows) {
      if (is_read) sources.push_back({row, ids_.size() - first_place_});
      ids_.push_back(data.id(row));
      labels_.push_back(data.label(row));
    }
    slice_begin_.push_back(ids_.size());
  }
  // Rows are read in the file's order, a block at a time, and put where they belong: one copy of the shard, no more.
  std::sort(sources.begin(), sources.end(), [](const Source& a, const Source& b) { return a.row < b.row; });
  features_.resize(sources.size() * row_bytes_);
  constexpr std::size_t kBlockBytes = std::size_t{1} << 20U;
  const std::size_t block_rows = std::max<std::size_t>(1, kBlockBytes / std::max<std::size_t>(1, row_bytes_));
  Bytes block;
  std::vector<std::uint64_t> rows;
  for (std::size_t begin = 0; begin < sources.size(); begin += block_rows) {
    const std::size_t count = std::min(block_rows, sources.size() - begin);
    rows.clear();
    for (std::size_t i = 0; i < count; ++i) rows.push_back(sources[begin + i].row);
    block.resize(count * row_bytes_);
    data.gather(rows, block);
    for (std::size_t i = 0; i < count; ++i)
      std::copy_n(block.begin() + static_cast<std::ptrdiff_t>(i * row_bytes_), row_bytes_,
                  features_.begin() + static_cast<std::ptrdiff_t>(sources[begin + i].place * row_bytes_));
  }
}

ShardSamples::Range ShardSamples::stage_range(SliceId stage, bool cumulative) const {
  return {cumulative ? 0 : slice_begin_.at(stage.value() - 1), slice_begin_.at(stage.value())};
}

std::uint64_t ShardSamples::slice_size(SliceId slice) const {
  return slice_begin_.at(slice.value()) - slice_begin_.at(slice.value() - 1);
}

}  // namespace expunge
