// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "framework/comm/communicator.hpp"
#include "launcher/run/journal_commit.hpp"
#include "launcher/run/opened_run.hpp"
#include "tests/support/failure_message.hpp"
#include "tests/support/memory_dataset.hpp"
#include "tests/support/small_training.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

/// A run of two shards in two slices on forty samples, from which the first row's was deleted.
struct Run {
  Run() : directory(folder / "run"), data(make_samples(40, {{3}, 2, FeatureType::kF32, false}, 5)) {
    manifest.data = "hdf5:/nowhere/else.h5";
    manifest.configuration = small_configuration(data, "mlp:hidden=4", 2, 2);
    manifest.seed = Key({3, 1});
    manifest.data_fingerprint = set_digest(data, 0, data.size(), data_key(manifest.seed));
    const Partition all = partition_of(manifest.configuration, manifest.seed, data);
    for (std::uint32_t k = 0; k < 2; ++k)
      manifest.cells.push_back({all.rows(ShardId(k), SliceId(1)).size(), all.rows(ShardId(k), SliceId(2)).size()});
    deleted = data.id(0);
    cell = Partitioner(manifest.seed, 2, 2).cell_of_id(deleted);
    system_files().make_directory(directory.path());
    BatchAccepted batch;
    batch.batch = 1;
    batch.requests.emplace_back();
    batch.requests[0].id = "r";
    batch.requests[0].requested = 1;
    batch.requests[0].cells = {{cell, {{deleted.value(), deleted.value() + 1}}, {}, {}}};
    batch.requests[0].removed = set_digest(data, 0, 1, data_key(manifest.seed));
    Journal journal;
    commit(system_files(), directory, manifest, journal, {std::move(batch)});
  }
  [[nodiscard]] std::string refusal(const Dataset& given) const {
    return failure_of([&] {
      const auto comm = make_self_communicator();
      check_samples(*comm, "given", given, RunRecords::read(directory));
    });
  }

  TemporaryFolder folder;
  RunDirectory directory;
  MemoryDataset data;
  Manifest manifest;
  SampleId deleted;
  Cell cell;
};

}  // namespace

TEST_CASE("a run's records count who is live, in all and by cell, and have a record for a shard without one") {
  const Run run;

  const RunRecords records = RunRecords::read(run.directory);

  CHECK(records.live() == 39);
  CHECK(records.live(run.cell) == run.manifest.cells[run.cell.shard.value()][run.cell.slice.value() - 1] - 1);
  CHECK(records.history.is_deleted(run.deleted));
  REQUIRE(records.shards.size() == 2);
  CHECK(records.shards[1].slices.empty());
  CHECK(training_speed(records.shards) == 0);
}

TEST_CASE("a journal that was cut is refused with the run") {
  const Run run;
  std::filesystem::resize_file(run.directory.journal_path(), 100);

  const std::string message = failure_of([&] { (void)RunRecords::read(run.directory); });

  CHECK(contains(message, run.directory.journal_path().string()));
  CHECK(contains(message, "line 1"));
}

TEST_CASE("the run's samples fit with and without the deleted rows, and with no other difference") {
  const Run run;
  const auto is_deleted = [&](const MemorySample& sample) { return sample.id == run.deleted.value(); };

  CHECK(run.refusal(run.data) == "");
  CHECK(run.refusal(run.data.without(is_deleted)) == "");
  CHECK(run.refusal(run.data.shuffled(Key({1, 1}))) == "");
  const auto live = run.data.samples().back().id;
  CHECK(contains(run.refusal(run.data.without([&](const auto& sample) { return sample.id == live; })),
                 "(40 then, 1 deleted since, 39 now)"));
  const auto altered = run.data.changed([&](auto& sample) {
    if (sample.id == live) sample.features[0] += 1;
  });
  CHECK(contains(run.refusal(altered),
                 "given: these are not the samples that the run was begun with, less those "
                 "deleted since (as many, 40, but not the same)"));
}

TEST_CASE("a run's speed is what its stages took, by the seconds of all ranks") {
  ShardRecord record;
  record.slices.resize(2);
  record.slices[0].sample_gradients = 300;
  record.slices[0].train_seconds = 1;
  record.slices[1].sample_gradients = 100;
  record.slices[1].train_seconds = 3;

  CHECK(training_speed({record, ShardRecord{}}) == 100);
}
