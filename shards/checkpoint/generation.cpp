// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/checkpoint/generation.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <system_error>

#include <fmt/format.h>

namespace expunge {

namespace {

/// The first `stages` exact stages of a record, as an exact generation that respects all batches.
ShardRecord beginning_of(const ShardRecord& record, std::uint32_t stages, const Generations& generations,
                         const History& history) {
  ShardRecord beginning = record;
  beginning.slices.resize(stages);
  beginning.approximation.reset();
  beginning.respects = history.batches();
  beginning.generation = std::max(record.generation, generations.current.generation) + 1;
  return beginning;
}

std::vector<std::uint64_t> united(const std::vector<std::uint64_t>& some, const std::vector<std::uint64_t>& others) {
  std::vector<std::uint64_t> all;
  std::ranges::set_union(some, others, std::back_inserter(all));
  return all;
}

/// The names that both generations know, and whether they name them as exact.
std::map<std::string, bool> names_on_record(const Generations& generations) {
  std::map<std::string, bool> exact;
  for (const auto* record : {&generations.current, generations.next ? &*generations.next : nullptr}) {
    if (record == nullptr) continue;
    for (const auto& file : record->files()) exact.try_emplace(file.name, false);
    for (const auto& slice : record->slices) exact[slice.file.name] = true;
  }
  return exact;
}

constexpr std::string_view kGone = "absent";

std::string fate_of(std::uintmax_t links) {
  if (links == 0) return std::string(kGone);
  if (links == 1) return "erased";
  return fmt::format("not erased: {} hard link{}", links - 1, links == 2 ? "" : "s");
}

/// Whether the file at `path` is the superseded one: a progress file's name comes again with every training of its
/// stage, and a slice file's has its digest in it.
bool is_at(const std::filesystem::path& path, const SupersededFile& file) {
  std::error_code unreadable;
  if (!std::filesystem::exists(std::filesystem::symlink_status(path, unreadable))) return false;
  return file.name != progress_name(file.stage) || digest_of_bytes(read_file(path)) == file.digest;
}

}  // namespace

const ShardRecord& Generations::best(const History& history) const {
  if (!next) return current;
  return history.untainted_stages(*next) >= history.untainted_stages(current) ? *next : current;
}

Generations read_generations(const std::filesystem::path& run, ShardId shard) {
  return {read_shard_record(run, shard).value_or(ShardRecord{shard, 0, 0, {}}),
          read_shard_record(run, shard, Generation::kNext)};
}

std::vector<SupersededFile> newly_superseded(const std::filesystem::path& run, const Generations& generations,
                                             const History& history, SliceId first) {
  std::vector<SupersededFile> superseded;
  std::set<std::string> listed;
  const ShardId shard = generations.current.shard;
  const auto list = [&](const SupersededFile& file) {
    if (listed.insert(file.name).second) superseded.push_back(file);
  };
  const auto list_record = [&](const ShardRecord& record) {
    const std::uint32_t untainted = history.untainted_stages(record);
    for (const auto& slice : record.slices)
      if (slice.stage >= first && slice.stage.value() <= untainted)
        list({shard, slice.stage, slice.file.name, slice.file.digest, slice.model, slice.live_root});
  };
  const auto list_approximation = [&](const Approximation& approximation) {
    for (const auto& [slice, offsets, tainted_by] : approximation.tail) {
      list({shard, slice.stage, slice.file.name, slice.file.digest, slice.model, slice.live_root});
      for (const auto& offset : offsets) list({shard, slice.stage, offset.name, offset.digest, {}, {}});
    }
    if (const auto& served = approximation.served)
      list({shard, served->stage, served->file.name, served->file.digest, served->model, served->live_root});
  };
  for (const auto* record : {&generations.current, generations.next ? &*generations.next : nullptr}) {
    if (record == nullptr) continue;
    list_record(*record);
    if (record->approximation) list_approximation(*record->approximation);
  }

  const ShardRecord& trained = generations.next ? *generations.next : generations.current;
  const SliceId under_way(static_cast<std::uint32_t>(trained.slices.size()) + 1);
  const auto progress = shard_folder(run, shard) / progress_name(under_way);
  std::error_code unreadable;
  if (first <= under_way && !history.is_stale(trained) && std::filesystem::exists(progress, unreadable))
    list({shard, under_way, progress.filename().string(), digest_of_bytes(read_file(progress)), {}, {}});
  std::ranges::stable_sort(superseded, {}, &SupersededFile::stage);
  return superseded;
}

void begin_next_generation(FileSystem& files, const std::filesystem::path& run, const Generations& generations,
                           const History& history) {
  const ShardRecord& best = generations.best(history);
  const std::uint32_t untainted = history.untainted_stages(best);
  if (generations.next && &best == &*generations.next && !best.approximation && untainted == best.slices.size() &&
      best.respects == history.batches())
    return;
  write_shard_record(files, run, beginning_of(best, untainted, generations, history), Generation::kNext);
}

void begin_approximate_generation(FileSystem& files, const std::filesystem::path& run, const Generations& generations,
                                  const History& history, const ShardUnlearning& task, OldStages old_stages) {
  if (const auto& next = generations.next;
      next && next->respects == history.batches() && next->approximation && next->approximation->method == task.method)
    return;
  const ShardRecord& best = generations.best(history);
  const std::uint32_t untainted = history.untainted_stages(best);
  ShardRecord beginning = beginning_of(best, untainted, generations, history);
  Approximation& approximation = beginning.approximation.emplace();
  approximation.method = task.method;
  approximation.guarantee = "heuristic";
  approximation.batches = task.batches;
  if (const auto& before = generations.current.approximation)
    approximation.batches = united(approximation.batches, before->batches);
  if (old_stages == OldStages::kKept && best.approximation && task.first.value() > untainted + 1) {
    // Of one that is done, later stages are old ones, shifted; of one under way, they were trained by it.
    const auto touched = history.first_touched(best.shard, best.respects);
    const bool under_way = !best.approximation->served;
    const std::uint32_t whole = under_way && touched ? touched->value() - 1 : task.first.value() - 1;
    for (const auto& stage : best.approximation->tail)
      if (stage.slice.stage.value() <= whole) approximation.tail.push_back(stage);
  }
  write_shard_record(files, run, beginning, Generation::kNext);
}

void publish_next_generation(FileSystem& files, const std::filesystem::path& run, ShardId shard) {
  const auto folder = shard_folder(run, shard);
  std::error_code unreadable;
  if (std::filesystem::exists(folder / record_name(Generation::kNext), unreadable))
    files.rename(folder / record_name(Generation::kNext), folder / record_name(Generation::kCurrent));
  // Where an earlier job did it, it may have ended before this.
  if (std::filesystem::exists(folder, unreadable)) files.sync_directory(folder);
}

void roll_back(FileSystem& files, const std::filesystem::path& run, const Generations& generations,
               const History& history) {
  const ShardRecord& best = generations.best(history);
  const auto folder = shard_folder(run, generations.current.shard);
  write_shard_record(files, run, beginning_of(best, history.untainted_stages(best), generations, history));
  if (files.unlink(folder / record_name(Generation::kNext)) > 0) files.sync_directory(folder);
}

std::vector<FileFate> erase_files(FileSystem& files, const std::filesystem::path& run,
                                  const std::vector<SupersededFile>& superseded) {
  std::vector<FileFate> fates;
  std::set<ShardId> shards;
  for (const auto& file : superseded) shards.insert(file.shard);
  for (const ShardId shard : shards) {
    const auto folder = shard_folder(run, shard);
    const auto names = names_on_record(read_generations(run, shard));
    bool any = false;
    for (const auto& file : superseded) {
      if (file.shard != shard) continue;
      if (const auto named = names.find(file.name); named != names.end()) {
        fates.push_back({shard, file.name, file.digest,
                         named->second ? "kept: the same state was trained again" : std::string(kKeptFate)});
        continue;
      }
      any = true;
      const auto path = folder / file.name;
      fates.push_back({shard, file.name, file.digest, fate_of(is_at(path, file) ? files.unlink(path) : 0)});
    }
    // What is absent may have been unlinked by a job that ended before this.
    std::error_code unreadable;
    if (any && std::filesystem::exists(folder, unreadable)) files.sync_directory(folder);
  }
  return fates;
}

ServedState served_state(const ShardRecord& record) {
  ServedState state;
  state.shard = record.shard;
  const SliceRecord* served = record.served();
  if (served == nullptr) return state;
  state.stages = served->stage.value();
  state.model = served->model;
  state.live_root = served->live_root;
  return state;
}

}  // namespace expunge
