// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/run/opened_run.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "framework/comm/agreement.hpp"
#include "framework/core/error.hpp"
#include "framework/log/log.hpp"
#include "launcher/run/data_fingerprint.hpp"
#include "launcher/run/data_spec.hpp"

namespace expunge {

RunRecords RunRecords::read(const RunDirectory& directory) {
  Manifest manifest = directory.manifest();
  for (;;) {
    Journal journal = Journal::read(directory.journal_path(), manifest.journal_length, manifest.journal_head);
    History history(journal, manifest.seed);
    auto shards = directory.shard_records(manifest);
    const auto ahead =
        std::ranges::find_if(shards, [&](const ShardRecord& shard) { return shard.respects > history.batches(); });
    if (ahead == shards.end()) return {std::move(manifest), std::move(journal), std::move(history), std::move(shards)};
    // A job that accepts deletions may have come in between.
    Manifest again = directory.manifest();
    if (again.journal_length <= manifest.journal_length)
      throw Failure(
          fmt::format("{}: shard {} respects {} batches of deletions and the journal holds {}: journal and manifest "
                      "were cut, or are older copies: restore them",
                      directory.path().string(), ahead->shard.value(), ahead->respects, history.batches()));
    manifest = std::move(again);
  }
}

std::uint64_t RunRecords::live(Cell cell) const {
  return manifest.cells.at(cell.shard.value()).at(cell.slice.value() - 1) - history.deleted_from(cell);
}

std::uint64_t RunRecords::live() const {
  return manifest.samples() - history.deleted();
}

RunData RunData::open(const std::string& given, const RunRecords& records, std::shared_ptr<const Dataset> opened) {
  const auto& c = records.manifest.configuration;
  const std::shared_ptr<const Dataset> data =
      opened ? std::move(opened) : open_data_of_run(given, records.manifest.data);
  if (data->has_subjects() != c.placed_by_subject)
    throw UsageError(fmt::format("{}: the run places samples by {} and this data {} subjects: give the data of the run",
                                 given.empty() ? records.manifest.data : given,
                                 c.placed_by_subject ? "subject" : "sample id",
                                 data->has_subjects() ? "has" : "has no"));
  const auto is_live = [&](SampleId id) { return !records.history.is_deleted(id); };
  Partition live(Partitioner(records.manifest.seed, c.shards, c.slices), *data, is_live);
  return {data, std::move(live)};
}

void refuse_old_copies(const RunDirectory& directory, const RunRecords& records) {
  for (const auto& record : records.shards)
    if (records.history.is_put_back(record))
      throw Failure(
          fmt::format("{}: shard {} is an old copy that was put back: it saw samples that were forgotten since: {}",
                      directory.path().string(), record.shard.value(), how_to_mend(directory.path(), record.shard)));
}

namespace {

/// The digest of this rank's part of the deleted rows that `data` still holds.
SetDigest deleted_rows(Communicator& comm, const Dataset& data, const RunRecords& records) {
  std::vector<std::uint64_t> rows;
  if (records.history.deleted() > 0)
    for (std::uint64_t row = 0; row < data.size(); ++row)
      if (records.history.is_deleted(data.id(row))) rows.push_back(row);
  const auto rank = static_cast<std::size_t>(comm.rank());
  const auto ranks = static_cast<std::size_t>(comm.size());
  const std::size_t first = rows.size() * rank / ranks;
  const std::size_t end = rows.size() * (rank + 1) / ranks;
  return set_digest(data, std::span(rows).subspan(first, end - first), data_key(records.manifest.seed));
}

}  // namespace

void check_samples(Communicator& comm, const std::string& source, const Dataset& data, const RunRecords& records) {
  SetDigest expected = records.manifest.data_fingerprint;
  SetDigest still_there;
  together(comm, [&] { still_there = deleted_rows(comm, data, records); });
  comm.sum(std::span(still_there.lanes()));
  expected.merge(still_there);
  SetDigest found = data_fingerprint(comm, data, data_key(records.manifest.seed));
  found.merge(records.history.removed());
  if (found == expected) return;
  const std::uint64_t then = records.manifest.samples();
  const std::uint64_t deleted = records.history.deleted();
  const std::string since = deleted == 0 ? "" : fmt::format("{} deleted since, ", deleted);
  throw Failure(fmt::format(
      "{}: these are not the samples that the run was begun with{} ({}): give the same data, or choose another --run "
      "directory",
      source, deleted == 0 ? "" : ", less those deleted since",
      data.size() == then ? fmt::format("as many, {}, but not the same", data.size())
                          : fmt::format("{} then, {}{} now", then, since, data.size())));
}

void require_numerics_of_run(Communicator& comm, const Fingerprint& here, const RunDirectory& directory,
                             const Manifest& manifest, bool mix) {
  const auto found = differences(here, manifest.numerics);
  if (found.empty()) return;
  if (mix) {
    if (comm.is_root())
      log::warning(
          "going on under other numerics than the run began with: {}; no one will be able to replay this run bit for "
          "bit",
          fmt::join(found, "; "));
    return;
  }
  std::vector<std::string> lines{fmt::format("{}: this process would not compute the same bits as the run began with:",
                                             directory.path().string())};
  for (const auto& line : found) lines.push_back("  " + line);
  lines.emplace_back("go on where the run began, or give --mix-numerics and lose the exact replay");
  throw UsageError(lines);
}

double training_speed(const std::vector<ShardRecord>& shards) {
  double seconds = 0;
  std::uint64_t gradients = 0;
  for (const auto& shard : shards) {
    seconds += shard.train_seconds();
    gradients += shard.sample_gradients();
  }
  return seconds > 0 ? static_cast<double>(gradients) / seconds : 0;
}

}  // namespace expunge
