// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/comparison/trial.hpp"

#include <algorithm>
#include <numeric>
#include <unordered_set>

#include <fmt/core.h>

#include "framework/core/error.hpp"
#include "framework/data/dataset_subset.hpp"
#include "launcher/comparison/plant_canary.hpp"
#include "shards/requests/resolution.hpp"

namespace expunge {

namespace {

CellCounts counts_of(const Partition& partition) {
  CellCounts counts(partition.shards());
  for (std::uint32_t k = 0; k < partition.shards(); ++k)
    for (std::uint32_t r = 1; r <= partition.slices(); ++r)
      counts[k].push_back(partition.rows(ShardId(k), SliceId(r)).size());
  return counts;
}

/// A request with the rows that it is the first to name.
struct Deletion {
  Request request;
  std::vector<std::uint64_t> rows;
};

std::vector<Deletion> deletions_of(const std::vector<Request>& requests, const std::string& source, const Dataset& data,
                                   const Partitioner& partitioner, const History& history, const Key& seed) {
  std::vector<Deletion> deletions;
  for (auto& resolved :
       resolve_requests(requests, source, data, partitioner, history, seed, UnknownPolicy::kFail, JournalIds::kPlain))
    if (!resolved.rows.empty()) deletions.push_back({std::move(resolved.request), std::move(resolved.rows)});
  if (deletions.empty())
    throw Failure(fmt::format("{}: nothing is left to forget: all that it names was deleted before", source));
  return deletions;
}

/// The same samples by their ids: what the run forgot before is known to its own journal alone.
std::vector<Request> by_ids(const std::vector<Deletion>& deletions, const Dataset& data) {
  std::vector<Request> requests;
  for (const auto& deletion : deletions) {
    std::vector<SampleId> ids;
    for (const auto row : deletion.rows) ids.push_back(data.id(row));
    Request request = deletion.request;
    request.selector = std::move(ids);
    requests.push_back(std::move(request));
  }
  return requests;
}

/// The data without what the run forgot before.
std::shared_ptr<const Dataset> live_data(const RunRecords& records, const std::shared_ptr<const Dataset>& data) {
  std::vector<std::uint64_t> rows;
  for (std::uint64_t row = 0; row < data->size(); ++row)
    if (!records.history.is_deleted(data->id(row))) rows.push_back(row);
  if (rows.size() == data->size()) return data;
  return std::make_shared<DatasetSubset>(*data, std::move(rows), "the live samples of the run");
}

/// Fills in what follows from the deletions.
void take_on(Trial& trial, std::vector<Deletion> deletions, bool as_sequence, const Partitioner& partitioner) {
  const Dataset& data = *trial.data;
  CellCounts live = counts_of(trial.before);
  std::uint64_t live_before = 0;
  for (const auto& shard : live) live_before = std::accumulate(shard.begin(), shard.end(), live_before);
  Impact impact;
  std::vector<Request> batch;
  for (std::size_t i = 0; i < deletions.size(); ++i) {
    for (const auto row : deletions[i].rows) {
      const Cell cell = partitioner.cell_of_row(data, row);
      --live[cell.shard.value()][cell.slice.value() - 1];
      const auto [place, is_new] = impact.try_emplace(cell.shard, cell.slice);
      place->second = std::min(place->second, cell.slice);
      trial.forgotten[cell.shard].push_back(row);
      trial.forget_rows.push_back(row);
    }
    batch.push_back(std::move(deletions[i].request));
    if (!as_sequence && i + 1 < deletions.size()) continue;
    trial.plans.push_back(plan_unlearning(trial.configuration(), live, impact));
    trial.batches.push_back(std::move(batch));
    trial.live_after.push_back(live_before - trial.forget_rows.size());
    batch.clear();
    impact.clear();
  }
  for (auto& [shard, rows] : trial.forgotten) std::ranges::sort(rows);
  std::ranges::sort(trial.forget_rows);
  for (std::uint32_t k = 0; k < trial.before.shards(); ++k) {
    const auto rows = Trial::rows_of(trial.before, ShardId(k));
    trial.retain_rows.insert(trial.retain_rows.end(), rows.begin(), rows.end());
  }
  std::ranges::sort(trial.retain_rows);
  std::vector<std::uint64_t> left;
  std::ranges::set_difference(trial.retain_rows, trial.forget_rows, std::back_inserter(left));
  trial.retain_rows = std::move(left);
}

Partition without(const Partitioner& partitioner, const Dataset& data, const History& history,
                  const std::vector<Deletion>& deletions) {
  std::unordered_set<std::uint64_t> forgotten;
  for (const auto& deletion : deletions)
    for (const auto row : deletion.rows) forgotten.insert(data.id(row).value());
  return {partitioner, data, [&](SampleId id) { return !history.is_deleted(id) && !forgotten.contains(id.value()); }};
}

}  // namespace

std::vector<ShardId> Trial::affected() const {
  std::vector<ShardId> shards;
  for (const auto& [shard, rows] : forgotten) shards.push_back(shard);
  return shards;
}

std::vector<std::uint64_t> Trial::rows_of(const Partition& partition, ShardId shard) {
  std::vector<std::uint64_t> rows;
  for (std::uint32_t r = 1; r <= partition.slices(); ++r) {
    const auto& of_slice = partition.rows(shard, SliceId(r));
    rows.insert(rows.end(), of_slice.begin(), of_slice.end());
  }
  std::ranges::sort(rows);
  return rows;
}

Trial make_trial(const RunRecords& records, const std::shared_ptr<const Dataset>& data, const ForgetTask& task,
                 std::uint32_t repetition, const Fingerprint& numerics) {
  Manifest manifest = records.manifest;
  auto& c = manifest.configuration;
  std::vector<std::shared_ptr<const Dataset>> made_of{data};
  std::shared_ptr<const Dataset> own = data;
  std::vector<Request> requests = task.requests;
  std::optional<PlantedCanary> canary;
  const bool users = repetition == 0 && !task.canary;
  const History* history = &records.history;
  std::optional<History> empty;
  if (!users) {
    if (!task.canary) {
      const Partitioner of_run(manifest.seed, c.shards, c.slices);
      requests = by_ids(deletions_of(requests, task.source, *data, of_run, *history, manifest.seed), *data);
    }
    manifest.seed = manifest.seed.derive("expunge/comparison/v1", {repetition});
    manifest.numerics = numerics;
    manifest.journal_length = 0;
    manifest.journal_head = Digest{};
    history = &empty.emplace(Journal{}, manifest.seed);
    made_of.push_back(live_data(records, data));
    own = made_of.back();
  }
  if (task.canary) {
    PlantingResult planted = plant_canary(*own, *task.canary, manifest.seed, c);
    c.placed_by_subject = true;
    own = planted.data;
    canary = std::move(planted.canary);
    requests = {std::move(planted.request)};
  }
  const Partitioner partitioner(manifest.seed, c.shards, c.slices);
  auto deletions = deletions_of(requests, task.source, *own, partitioner, *history, manifest.seed);
  Partition before(partitioner, *own, [&](SampleId id) { return !history->is_deleted(id); });
  Partition after = without(partitioner, *own, *history, deletions);
  if (!users) manifest.cells = counts_of(before);
  Trial trial{.repetition = repetition,
              .base_is_users = users,
              .manifest = std::move(manifest),
              .data = std::move(own),
              .made_of = std::move(made_of),
              .before = std::move(before),
              .after = std::move(after),
              .batches_before = history->batches(),
              .canary = std::move(canary)};
  take_on(trial, std::move(deletions), task.as_sequence, partitioner);
  return trial;
}

}  // namespace expunge
