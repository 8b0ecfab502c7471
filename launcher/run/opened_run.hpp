// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "framework/comm/communicator.hpp"
#include "framework/data/dataset.hpp"
#include "launcher/run/manifest.hpp"
#include "launcher/run/run_directory.hpp"
#include "shards/journal/history.hpp"
#include "shards/journal/journal.hpp"
#include "shards/partition/partitioner.hpp"

namespace expunge {

/// What a run directory says, without its data: all that commands that only look need.
struct RunRecords {
  Manifest manifest;
  Journal journal;
  History history;
  std::vector<ShardRecord> shards;  ///< the current generation of each

  /// Throws Failure where there is no run, or its manifest, journal or a record is damaged, or where a shard respects
  /// deletions that the journal does not have.
  [[nodiscard]] static RunRecords read(const RunDirectory& directory);
  /// Live samples of a cell, by the manifest's counts and the journal.
  [[nodiscard]] std::uint64_t live(Cell cell) const;
  [[nodiscard]] std::uint64_t live() const;
};

/// A run's data, and which of it is live. The data set may still hold the deleted rows or be one without them.
struct RunData {
  std::shared_ptr<const Dataset> data;
  Partition live;

  /// Opens what was given, or what the manifest names where that is empty; takes `opened` instead, where that is the
  /// run's data already. Throws what `open_data_of_run` throws, and UsageError where the data places samples by
  /// subjects and the run by ids, or the other way round.
  [[nodiscard]] static RunData open(const std::string& given, const RunRecords& records,
                                    std::shared_ptr<const Dataset> opened = nullptr);
};

/// Throws Failure where a shard's generation was put back that is older than a deletion which was carried out in it.
void refuse_old_copies(const RunDirectory& directory, const RunRecords& records);

/// Collective. Throws Failure on every rank where the live samples of `data` are not those that the run was begun with,
/// less those deleted since. Reads the whole data set once, a part on each rank.
void check_samples(Communicator& comm, const std::string& source, const Dataset& data, const RunRecords& records);

/// Throws UsageError saying what differs where this process would not compute the bits that the run began with; with
/// `mix`, rank 0 warns instead.
void require_numerics_of_run(Communicator& comm, const Fingerprint& here, const RunDirectory& directory,
                             const Manifest& manifest, bool mix);

/// Sample-gradients a second of one rank, by what the stages that are there have taken; 0 where nothing is known.
[[nodiscard]] double training_speed(const std::vector<ShardRecord>& shards);

}  // namespace expunge
