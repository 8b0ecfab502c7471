// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/coordinator/pending_work.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "shards/checkpoint/generation.hpp"
#include "shards/partition/references.hpp"

namespace expunge {

namespace {

/// What one batch takes from a shard.
struct Taken {
  std::string method;
  SliceId first;
  SliceId last;
  std::uint64_t samples = 0;
};

/// What pending batches say of one shard, by the journal alone.
struct Promises {
  std::map<std::uint64_t, Taken> taken;                        // by batch
  std::set<std::uint64_t> batches;                             // those, and those that heal it
  std::optional<SliceId> healed_from;                          // the earliest stage that healing supersedes
  std::uint32_t complete_before = 0;                           // stages that it served when a batch was accepted
  std::optional<std::uint32_t> rolled_back_to = std::nullopt;  // stages left by forgetting
};

void take(std::map<ShardId, Promises>& promises, const BatchAccepted& batch) {
  for (const auto& request : batch.requests) {
    for (const auto& cell : request.cells) {
      auto& shard = promises[cell.cell.shard];
      shard.batches.insert(batch.batch);
      auto& taken =
          shard.taken.try_emplace(batch.batch, Taken{batch.method, cell.cell.slice, cell.cell.slice}).first->second;
      taken.first = std::min(taken.first, cell.cell.slice);
      taken.last = std::max(taken.last, cell.cell.slice);
      taken.samples += cell.samples();
    }
  }
  if (!parse_unlearning_method(batch.method).entry->takes_requests)
    for (const auto& file : batch.supersedes) {
      auto& shard = promises[file.shard];
      shard.healed_from = shard.healed_from ? std::min(*shard.healed_from, file.stage) : file.stage;
      shard.batches.insert(batch.batch);
    }
  for (const auto& state : batch.before)
    if (const auto found = promises.find(state.shard); found != promises.end())
      found->second.complete_before = std::max(found->second.complete_before, state.stages);
}

std::map<ShardId, Promises> promises_of(const RunRecords& records) {
  const auto pending = records.history.pending();
  std::map<ShardId, Promises> promises;
  for (const auto& line : records.journal.lines()) {
    if (const auto* accepted = std::get_if<BatchAccepted>(&line.entry);
        accepted != nullptr && std::ranges::binary_search(pending, accepted->batch))
      take(promises, *accepted);
    const auto* forgotten = std::get_if<BatchForgotten>(&line.entry);
    if (forgotten == nullptr || !std::ranges::binary_search(pending, forgotten->batches.back())) continue;
    for (const auto& state : forgotten->after)
      if (const auto found = promises.find(state.shard); found != promises.end())
        found->second.rolled_back_to = state.stages;
  }
  return promises;
}

/// The earliest and the latest slice, and the samples, of what is taken by batches above `through`.
std::optional<Taken> taken_above(const Promises& promises, std::uint64_t through) {
  std::optional<Taken> all;
  for (const auto& [batch, taken] : promises.taken) {
    if (batch <= through) continue;
    if (!all) {
      all = taken;
      continue;
    }
    all->first = std::min(all->first, taken.first);
    all->last = std::max(all->last, taken.last);
    all->samples += taken.samples;
  }
  return all;
}

PendingShard asked_of(const Promises& promises, const ShardRecord& current, const RunRecords& records) {
  const std::uint32_t slices = records.manifest.configuration.slices;
  PendingShard asked;
  asked.promised.assign(promises.batches.begin(), promises.batches.end());
  asked.heals = promises.healed_from && current.approximation;
  asked.replaced = asked.heals || records.history.is_stale(current);
  bool exact = asked.heals || current.served_stage() < slices;
  for (const auto& [batch, taken] : promises.taken) {
    if (batch <= current.respects) continue;
    asked.batches.push_back(batch);
    asked.method = parse_unlearning_method(taken.method);
    exact = exact || asked.method.is_exact();
  }
  if (exact || asked.batches.empty()) asked.method = UnlearningMethod{};
  const auto taken = taken_above(promises, asked.method.is_exact() ? 0 : current.respects);
  asked.first = taken ? taken->first : *promises.healed_from;
  asked.last = taken ? taken->last : asked.first;
  asked.samples = taken ? taken->samples : 0;
  // Nothing of an approximation without old stages can be gone on with.
  const bool from_exact = asked.method.is_exact() || (asked.method.needs().older_stages && current.approximation &&
                                                      current.approximation->tail.empty());
  if (asked.replaced && from_exact && current.approximation)
    asked.first = std::min(asked.first, SliceId(static_cast<std::uint32_t>(current.slices.size()) + 1));
  if (promises.rolled_back_to && promises.complete_before == slices)
    asked.first = std::min(asked.first, SliceId(*promises.rolled_back_to + 1));
  return asked;
}

}  // namespace

std::vector<std::uint64_t> pending_before(const History& history, BatchState state) {
  auto batches = history.pending();
  std::erase_if(batches, [&](std::uint64_t batch) { return history.state(batch) >= state; });
  return batches;
}

PendingWork pending_work(const std::filesystem::path& run, const RunRecords& records) {
  PendingWork work;
  for (const auto& [shard, promises] : promises_of(records)) {
    work.emplace(shard, asked_of(promises, read_generations(run, shard).current, records));
  }
  return work;
}

ShardUnlearning task_of(ShardId shard, const PendingShard& asked) {
  return {shard, asked.method.text, asked.batches, asked.first, asked.last, asked.samples};
}

Partition forgotten_samples(const RunRecords& records, const Dataset& data, const PendingWork& work) {
  const auto& c = records.manifest.configuration;
  std::vector<IdRange> ids;
  std::set<Digest> digests;
  for (const auto& line : records.journal.lines()) {
    const auto* accepted = std::get_if<BatchAccepted>(&line.entry);
    if (accepted == nullptr) continue;
    for (const auto& request : accepted->requests) {
      for (const auto& cell : request.cells) {
        const auto found = work.find(cell.cell.shard);
        if (found == work.end() || found->second.method.is_exact() ||
            !std::ranges::binary_search(found->second.batches, accepted->batch))
          continue;
        ids.insert(ids.end(), cell.ids.begin(), cell.ids.end());
        digests.insert(cell.references.begin(), cell.references.end());
      }
    }
  }
  std::ranges::sort(ids);
  const References references(records.manifest.seed);
  const auto is_forgotten = [&](SampleId id) {
    const auto after = std::ranges::upper_bound(ids, id.value(), {}, &IdRange::first);
    if (after != ids.begin() && id.value() < std::prev(after)->end) return true;
    return !digests.empty() && digests.contains(references.of_sample(id));
  };
  return {Partitioner(records.manifest.seed, c.shards, c.slices), data, is_forgotten};
}

UnlearningPlan plan_work(const std::filesystem::path& run, const RunRecords& records, const CellCounts& live,
                         const PendingWork& work) {
  const auto& c = records.manifest.configuration;
  Impact left;
  Impact by_catalogue;
  for (const auto& [shard, asked] : work) {
    if (asked.method.entry->bound == CostBound::kAtLeast) {
      by_catalogue.emplace(shard, asked.first);
      continue;
    }
    if (!asked.method.is_exact()) {
      left.emplace(shard, asked.first);
      continue;
    }
    const Generations generations = read_generations(run, shard);
    if (!asked.replaced && generations.current.served_stage() == c.slices) continue;
    const ShardRecord& from = asked.replaced ? generations.best(records.history) : generations.current;
    const std::uint32_t kept = records.history.untainted_stages(from);
    if (kept < c.slices) left.emplace(shard, SliceId(kept + 1));
  }
  UnlearningPlan plan = plan_unlearning(c, live, left);
  add_catalogue(plan, by_catalogue);
  return plan;
}

void add_catalogue(UnlearningPlan& plan, const Impact& shards) {
  for (const auto& [shard, first] : shards) plan.shards.push_back({shard, first, 0, 0});
  std::ranges::sort(plan.shards, {}, &ShardPlan::shard);
}

std::vector<SupersededFile> files_to_erase(const RunRecords& records) {
  const auto pending = records.history.pending();
  std::set<std::tuple<ShardId, std::string, Digest>> erased;  // a progress file's name comes again
  std::vector<SupersededFile> files;
  for (const auto& line : records.journal.lines()) {
    if (const auto* forgotten = std::get_if<BatchForgotten>(&line.entry))
      for (const auto& file : forgotten->files)
        if (!file.fate.starts_with("kept")) erased.emplace(file.shard, file.name, file.digest);
    const auto* accepted = std::get_if<BatchAccepted>(&line.entry);
    if (accepted == nullptr || !std::ranges::binary_search(pending, accepted->batch)) continue;
    files.insert(files.end(), accepted->supersedes.begin(), accepted->supersedes.end());
  }
  std::set<std::tuple<ShardId, std::string, Digest>> listed;  // an approximate batch's files may be a later one's too
  std::erase_if(files, [&](const SupersededFile& file) {
    const std::tuple name{file.shard, file.name, file.digest};
    return erased.contains(name) || !listed.insert(name).second;
  });
  return files;
}

std::string methods_of(const Journal& journal, std::span<const std::uint64_t> batches) {
  std::set<std::string> methods;
  for (const auto& line : journal.lines())
    if (const auto* accepted = std::get_if<BatchAccepted>(&line.entry);
        accepted != nullptr && std::ranges::binary_search(batches, accepted->batch))
      methods.insert(accepted->method);
  return fmt::format("{}", fmt::join(methods, ", "));
}

RetrainedShard retrained_of(const ShardRecord& record, SliceId first) {
  RetrainedShard retrained;
  for (const auto& slice : record.slices) {
    if (slice.stage < first) continue;
    ++retrained.stages;
    retrained.sample_gradients += slice.sample_gradients;
  }
  if (!record.approximation) return retrained;
  retrained.sample_gradients = record.approximation->sample_gradients;
  // Where retraining began behind the exact stages, its evidence alone knows how far it went.
  const auto evidence = nlohmann::json::parse(record.approximation->evidence, nullptr, /*allow_exceptions=*/false);
  if (!evidence.is_object()) return retrained;
  const auto from = evidence.value("first_retrained", std::uint64_t{0});
  const auto to = evidence.value("last_retrained", std::uint64_t{0});
  if (from > 0 && to >= from) retrained.stages = to - from + 1;
  return retrained;
}

const std::string& weaker(const std::string& one, const std::string& other) {
  constexpr std::array<std::string_view, 4> kWeakestFirst{"none", "heuristic", "certified", "exact"};
  return std::ranges::find(kWeakestFirst, one) <= std::ranges::find(kWeakestFirst, other) ? one : other;
}

const std::string& guarantee_of(const ShardRecord& record) {
  static const std::string kExact = "exact";
  return record.approximation ? record.approximation->guarantee : kExact;
}

}  // namespace expunge
