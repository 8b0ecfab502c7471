// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/methods/deepobliviate/old_trajectory.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "framework/core/error.hpp"
#include "shards/checkpoint/stitching.hpp"
#include "shards/methods/catalogue.hpp"

namespace expunge {

namespace {

bool same_file(const StoredFile& one, const StoredFile& other) {
  return one.name == other.name && one.digest == other.digest;
}

/// All files that make the state after a stage of a record.
std::vector<StoredFile> files_of(const ShardRecord& record, std::uint32_t stage) {
  if (stage <= record.slices.size()) return {record.slices[stage - 1].file};
  if (!record.approximation) return {};
  const Approximation& approximation = *record.approximation;
  const std::size_t place = stage - record.slices.size() - 1;
  if (place < approximation.tail.size()) {
    std::vector<StoredFile> files{approximation.tail[place].slice.file};
    files.insert(files.end(), approximation.tail[place].offsets.begin(), approximation.tail[place].offsets.end());
    return files;
  }
  const auto& served = approximation.served;
  return served && served->stage.value() == stage ? std::vector{served->file} : std::vector<StoredFile>{};
}

}  // namespace

std::uint32_t stages_of(const ShardRecord& record) {
  const std::size_t tail = record.approximation ? record.approximation->tail.size() : 0;
  return static_cast<std::uint32_t>(record.slices.size() + tail);
}

OldTrajectory::OldTrajectory(std::filesystem::path run, ShardRecord current, std::uint32_t stages)
    : run_(std::move(run)), record_(std::move(current)), stages_(stages) {}

bool OldTrajectory::is_complete() const {
  if (!record_.approximation) return record_.slices.size() == stages_;
  // What another method serves does not follow on the stages before it.
  const Approximation& approximation = *record_.approximation;
  const MethodEntry* const method = find_method(approximation.method);
  return approximation.served && stages_of(record_) + 1 == stages_ && method != nullptr && method->needs.older_stages;
}

std::uint32_t OldTrajectory::common_with(const ShardRecord& next) const {
  const std::uint32_t most = std::min(stages_of(record_), stages_of(next));
  std::uint32_t stage = 0;
  while (stage < most && std::ranges::equal(files_of(record_, stage + 1), files_of(next, stage + 1), same_file))
    ++stage;
  return stage;
}

ModelState OldTrajectory::state_after(SliceId stage, std::uint64_t& bytes_read) const {
  for (const auto& file : files_of(record_, stage.value())) bytes_read += file.bytes;
  try {
    if (auto state = read_state_after(run_, record_, stage)) return std::move(*state);
  } catch (const Failure& failure) {
    throw Failure(fmt::format("{}: {}", failure.what(), how_to_mend(run_, record_.shard)));
  }
  throw Bug(fmt::format("shard {} has no state after stage {}", record_.shard.value(), stage.value()));
}

ModelState OldTrajectory::parameters_after(SliceId stage, std::uint64_t& bytes_read) const {
  const auto folder = shard_folder(run_, record_.shard);
  ModelState state;
  bool is_first = true;
  for (const auto& file : files_of(record_, stage.value())) {
    bytes_read += file.bytes;
    try {
      ModelState read{read_parameters(folder / file.name, file.digest), {}, {}, 0};
      state = is_first ? std::move(read) : with_offset(std::move(state), read);
    } catch (const Failure& failure) {
      throw Failure(fmt::format("{}: {}", failure.what(), how_to_mend(run_, record_.shard)));
    }
    is_first = false;
  }
  if (is_first) throw Bug(fmt::format("shard {} has no state after stage {}", record_.shard.value(), stage.value()));
  return state;
}

TaintedStage OldTrajectory::tainted(SliceId stage, const std::vector<std::uint64_t>& batches,
                                    const std::optional<StoredFile>& offset) const {
  TaintedStage tainted;
  if (stage.value() <= record_.slices.size())
    tainted.slice = record_.slices[stage.value() - 1];
  else
    tainted = record_.approximation->tail.at(stage.value() - record_.slices.size() - 1);
  std::vector<std::uint64_t> all;
  std::ranges::set_union(tainted.tainted_by, batches, std::back_inserter(all));
  tainted.tainted_by = std::move(all);
  if (offset) tainted.offsets.push_back(*offset);
  return tainted;
}

}  // namespace expunge
