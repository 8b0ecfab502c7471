// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
// What unlearning costs: the plan says exactly what the coordinator then computes, and over many placements by id the
// plans of uniform requests cost what the formula of COST.md expects.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "framework/data/write_hdf5.hpp"
#include "framework/io/file_system.hpp"
#include "launcher/coordinator/coordinator.hpp"
#include "launcher/run/data_fingerprint.hpp"
#include "launcher/run/data_spec.hpp"
#include "shards/policy/cost_model.hpp"
#include "shards/train/train_shard.hpp"
#include "tests/support/small_training.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

constexpr std::uint32_t kShards = 4;
constexpr std::uint32_t kSlices = 4;
constexpr std::uint64_t kSamples = 800;  // 200 a shard
constexpr std::uint64_t kRequests = 6;
constexpr double kEpochs = 2;

/// How the six requests come in: as one batch, or each as a batch of its own.
const std::vector<std::vector<std::uint64_t>> kWays{{kRequests}, std::vector<std::uint64_t>(kRequests, 1)};

TrainingConfiguration configuration_for(const Dataset& data, Slicing slicing) {
  TrainingConfiguration c = small_configuration(data, "logistic", kShards, kSlices);
  c.slicing = slicing;
  c.epoch_millionths = static_cast<std::int64_t>(kEpochs * 1e6);
  c.batch_size = 32;
  c.learning_rate = 0.01;
  return c;
}

/// Samples without subjects: placed by id.
MemoryDataset tiny_data() {
  return make_samples(kSamples, {{4}, 3, FeatureType::kF32, false}, 5);
}

/// Distinct rows, each as likely as any other.
std::vector<std::uint64_t> draw_rows(const Key& key, std::uint64_t samples, std::uint64_t count) {
  std::vector<std::uint64_t> rows(samples);
  std::iota(rows.begin(), rows.end(), std::uint64_t{0});
  for (std::uint64_t i = 0; i < count; ++i) std::swap(rows[i], rows[i + key.draw(i) % (samples - i)]);
  rows.resize(count);
  return rows;
}

CellCounts count_cells(const Partition& partition) {
  CellCounts counts(partition.shards());
  for (std::uint32_t k = 0; k < partition.shards(); ++k)
    for (std::uint32_t r = 1; r <= partition.slices(); ++r)
      counts[k].push_back(partition.rows(ShardId(k), SliceId(r)).size());
  return counts;
}

struct Work {
  std::uint64_t sample_gradients = 0;
  std::uint64_t stages = 0;
};

/// What the plans of all batches say.
Work planned(const TrainingConfiguration& c, const Key& seed, const Dataset& data, CellCounts live,
             const std::vector<std::uint64_t>& rows, const std::vector<std::uint64_t>& batches) {
  const Partitioner partitioner(seed, c.shards, c.slices);
  Work work;
  auto row = rows.begin();
  for (const auto batch : batches) {
    Impact impact;
    for (std::uint64_t i = 0; i < batch; ++i, ++row) {
      const Cell cell = partitioner.cell_of_row(data, *row);
      --live[cell.shard.value()][cell.slice.value() - 1];
      const auto [place, inserted] = impact.try_emplace(cell.shard, cell.slice);
      if (!inserted) place->second = std::min(place->second, cell.slice);
    }
    const UnlearningPlan plan = plan_unlearning(c, live, impact);
    work.sample_gradients += plan.sample_gradients;
    work.stages += plan.stages;
  }
  return work;
}

/// A run directory as `train` leaves it.
void train_run(Session& session, const std::filesystem::path& run, const std::string& source,
               const TrainingConfiguration& c, const Key& seed, const Dataset& data) {
  const Partition partition = partition_of(c, seed, data);
  Manifest manifest;
  manifest.data = source;
  manifest.configuration = c;
  manifest.seed = seed;
  manifest.data_fingerprint = data_fingerprint(session.comm(), data, data_key(seed));
  manifest.cells = count_cells(partition);
  manifest.numerics = session.fingerprint();
  system_files().make_directory(run);
  publish(system_files(), RunDirectory(run).manifest_path(), bytes_of(manifest.to_json()));
  ShardContext context;
  context.run = run;
  context.configuration = c;
  context.seed = seed;
  context.fingerprint = fingerprint_digest(session.fingerprint());
  context.files = &system_files();
  for (std::uint32_t k = 0; k < c.shards; ++k) REQUIRE(train_shard(context, ShardId(k), data, partition, {}).complete);
}

/// What unlearning really computes.
Work unlearned(Session& session, const std::filesystem::path& run, const Dataset& data,
               const std::vector<std::uint64_t>& rows, const std::vector<std::uint64_t>& batches) {
  Coordinator coordinator(session, system_files(), RunDirectory(run), {});
  coordinator.open();
  Work work;
  auto row = rows.begin();
  for (const auto batch : batches) {
    std::vector<Request> requests;
    for (std::uint64_t i = 0; i < batch; ++i, ++row) {
      Request request;
      request.id = std::to_string(*row);
      request.selector = std::vector<SampleId>{data.id(*row)};
      request.line = i + 1;
      requests.push_back(std::move(request));
    }
    CHECK(coordinator.accept(requests, "requests").batch > 0);
    const Recovery recovery = coordinator.recover();
    CHECK(!recovery.stopped);
    work.sample_gradients += recovery.jobs.work.sample_gradients;
    work.stages += recovery.plan.stages;
  }
  return work;
}

/// Of one value for each seed.
struct Mean {
  double sum = 0;
  double squares = 0;
  double count = 0;
  void add(double value) {
    sum += value;
    squares += value * value;
    ++count;
  }
  [[nodiscard]] double value() const { return sum / count; }
  [[nodiscard]] double standard_error() const {
    return std::sqrt(std::max(0.0, squares / count - value() * value()) / (count - 1));
  }
};

}  // namespace

TEST_CASE("what unlearning computes is what its plan says, to the sample-gradient") {
  Session session({.level = log::Level::kError});
  const TemporaryFolder of_data;
  const std::string source = "hdf5:" + (of_data / "data.h5").string();
  write_hdf5(tiny_data(), of_data / "data.h5", false);
  const auto data = open_data_of_run(source, "");
  for (const Slicing slicing : {Slicing::kCumulative, Slicing::kSequential})
    for (std::uint64_t number = 0; number < 3; ++number) {
      const TrainingConfiguration c = configuration_for(*data, slicing);
      const Key seed({number, 77});
      const TemporaryFolder folder;
      train_run(session, folder / "trained", source, c, seed, *data);
      const CellCounts live = count_cells(partition_of(c, seed, *data));
      const auto rows = draw_rows(seed.derive("requests"), kSamples, kRequests);
      for (const auto& batches : kWays) {
        CAPTURE(static_cast<int>(slicing));
        CAPTURE(number);
        CAPTURE(batches.size());
        const auto run = folder / std::to_string(batches.size());
        std::filesystem::copy(folder / "trained", run, std::filesystem::copy_options::recursive);
        const Work plan = planned(c, seed, *data, live, rows, batches);

        const Work work = unlearned(session, run, *data, rows, batches);

        CHECK(work.stages == plan.stages);
        CHECK(work.sample_gradients == plan.sample_gradients);
      }
    }
}

// Rounding each stage's visits up to a whole number adds less than one for each stage; the rest is chance.
TEST_CASE("plans of uniform requests cost on average what the formula expects, within 2 %") {
  constexpr std::uint64_t kSeeds = 4000;
  const MemoryDataset data = tiny_data();
  for (const Slicing slicing : {Slicing::kCumulative, Slicing::kSequential}) {
    const TrainingConfiguration c = configuration_for(data, slicing);
    std::vector<Mean> cost(kWays.size());
    std::vector<Mean> stages(kWays.size());
    for (std::uint64_t number = 0; number < kSeeds; ++number) {
      const Key seed({number, 78});
      const CellCounts live = count_cells(partition_of(c, seed, data));
      const auto rows = draw_rows(seed.derive("requests"), kSamples, kRequests);
      for (std::size_t way = 0; way < kWays.size(); ++way) {
        const Work work = planned(c, seed, data, live, rows, kWays[way]);
        cost[way].add(static_cast<double>(work.sample_gradients));
        stages[way].add(static_cast<double>(work.stages));
      }
    }

    for (std::size_t way = 0; way < kWays.size(); ++way) {
      const double expected =
          expected_cost({kSamples, kShards, kSlices, kEpochs, slicing == Slicing::kCumulative}, kWays[way]);
      CAPTURE(static_cast<int>(slicing));
      CAPTURE(kWays[way].size());
      CAPTURE(expected);
      CAPTURE(cost[way].value());
      const double error = cost[way].standard_error();
      CAPTURE(error);

      CHECK(error < 0.0045 * expected);
      CHECK(std::abs(cost[way].value() - expected) < 0.02 * expected);
      CHECK(cost[way].value() > expected - 4 * error);
      CHECK(cost[way].value() < expected + stages[way].value() + 4 * error);
    }
  }
}
