// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/partition/partitioner.hpp"

#include <algorithm>

#include "framework/core/error.hpp"

namespace expunge {

namespace {

__extension__ using Wide = unsigned __int128;

}  // namespace

Partitioner::Partitioner(const Key& seed, std::uint32_t shards, std::uint32_t slices)
    : key_(seed.derive("expunge/placement/v1")), shards_(shards), slices_(slices) {
  if (shards == 0 || slices == 0) throw UsageError("a partition needs at least one shard and one slice");
}

Cell Partitioner::cell_of_hash(std::uint64_t hash) const {
  // The high bits of hash · (S·R) / 2^64: uniform over the cells, without the bias of a remainder.
  const std::uint64_t cells = std::uint64_t{shards_} * slices_;
  const auto cell = static_cast<std::uint64_t>((Wide{hash} * cells) >> 64U);
  return {ShardId(static_cast<std::uint32_t>(cell / slices_)), SliceId(static_cast<std::uint32_t>(cell % slices_) + 1)};
}

Cell Partitioner::cell_of_subject(std::string_view subject) const {
  return cell_of_hash(key_.hash(subject));
}

Cell Partitioner::cell_of_id(SampleId id) const {
  return cell_of_hash(key_.draw(id.value()));
}

Cell Partitioner::cell_of_row(const Dataset& data, std::uint64_t row) const {
  if (const auto subject = data.subject(row)) return cell_of_subject(*subject);
  return cell_of_id(data.id(row));
}

Partition::Partition(const Partitioner& partitioner, const Dataset& data, const std::function<bool(SampleId)>& is_live)
    : shards_(partitioner.shards()),
      slices_(partitioner.slices()),
      rows_(std::size_t{partitioner.shards()} * partitioner.slices()) {
  const auto place = [&](std::uint64_t row, const Cell& cell) {
    if (!is_live(data.id(row))) return;
    rows_[std::size_t{cell.shard.value()} * slices_ + (cell.slice.value() - 1)].push_back(row);
  };
  if (data.has_subjects()) {
    std::vector<Cell> cells;
    cells.reserve(data.subjects().size());
    for (const auto& subject : data.subjects()) cells.push_back(partitioner.cell_of_subject(subject));
    for (std::uint64_t row = 0; row < data.size(); ++row) place(row, cells[data.subject_index(row)]);
  } else {
    for (std::uint64_t row = 0; row < data.size(); ++row) place(row, partitioner.cell_of_id(data.id(row)));
  }
}

const std::vector<std::uint64_t>& Partition::rows(ShardId shard, SliceId slice) const {
  return rows_.at(std::size_t{shard.value()} * slices_ + (slice.value() - 1));
}

std::uint64_t Partition::samples(ShardId shard) const {
  std::uint64_t count = 0;
  for (std::uint32_t slice = 1; slice <= slices_; ++slice) count += rows(shard, SliceId(slice)).size();
  return count;
}

std::uint64_t Partition::empty_cells() const {
  return static_cast<std::uint64_t>(std::count_if(rows_.begin(), rows_.end(), [](const auto& r) { return r.empty(); }));
}

}  // namespace expunge
