// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include "shards/train/stage_plan.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/failure_message.hpp"
#include "tests/support/random_training.hpp"
#include "tests/support/small_run.hpp"
#include "tests/support/step_recorder.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

const Key kSeed({41, 0});
constexpr ShardId kShard{0};
constexpr double kSeldom = 1e9;  ///< seconds: progress is kept at a stop alone

MemoryDataset small_data() {
  return make_samples(50, {{9}, 3, FeatureType::kF32, false}, 8);
}

std::filesystem::path folder_of(const TemporaryFolder& run) {
  return shard_folder(run.path(), kShard);
}

/// Stops now at the poll number `at`, counted from 0.
ShardHooks stop_at(std::uint64_t at, StopRequest request = StopRequest::kNow) {
  ShardHooks hooks;
  hooks.stop = [at, request, polls = std::uint64_t{0}]() mutable {
    return polls++ >= at ? request : StopRequest::kGoOn;
  };
  return hooks;
}

void damage(const std::filesystem::path& path) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  const auto middle = static_cast<std::streamoff>(std::filesystem::file_size(path) / 2);
  file.seekg(middle);
  const auto byte = static_cast<char>(file.get());
  file.seekp(middle);
  file.put(static_cast<char>(byte ^ 0x10));
}

}  // namespace

TEST_CASE("every stage is published: a file for each, named by the record, with its provenance and the right state") {
  const MemoryDataset data = small_data();
  const TrainingConfiguration c = small_configuration(data, "mlp:hidden=8", 1, 3);
  const TemporaryFolder run;
  const ShardContext context = small_context(run.path(), c, kSeed);

  const ShardOutcome outcome = testing::train_shard(context, kShard, data);

  CHECK(outcome.complete);
  const auto expected = train_in_memory(c, kSeed, kShard, data);
  const auto record = read_shard_record(run.path(), kShard);
  REQUIRE(record.has_value());
  REQUIRE(record->slices.size() == 3);
  CHECK(record->generation == 3);
  CHECK(names_in(folder_of(run)) == names_of(*record));
  std::uint64_t samples = 0;
  for (std::uint32_t r = 1; r <= 3; ++r) {
    CAPTURE(r);
    const SliceRecord& line = record->slices[r - 1];
    const SliceFile file = read_slice(folder_of(run) / line.file.name, line.file.digest);
    samples += line.samples;
    CHECK(file.state == expected[r]);
    CHECK(line.model == model_digest(expected[r]));
    CHECK(file.provenance.state_before == model_digest(expected[r - 1]));
    CHECK(file.provenance.samples == samples);
    CHECK(file.provenance.visits == stage_visits(c, samples));
    CHECK(file.provenance.configuration == c.digest());
    CHECK(file.provenance.fingerprint == context.fingerprint);
  }
  CHECK(samples == data.size());
  const Partition partition = partition_of(c, kSeed, data);
  CHECK(outcome.sample_gradients == shard_visits(c, partition, kShard));
  CHECK(outcome.record.sample_gradients() == outcome.sample_gradients);
}

TEST_CASE("a complete shard is left as it is") {
  const MemoryDataset data = small_data();
  const TrainingConfiguration c = small_configuration(data, "mlp:hidden=8", 1, 2);
  const TemporaryFolder run;
  const ShardContext context = small_context(run.path(), c, kSeed);
  const ShardOutcome first = testing::train_shard(context, kShard, data);

  const ShardOutcome second = testing::train_shard(context, kShard, data);

  CHECK(second.complete);
  CHECK(second.sample_gradients == 0);
  CHECK(second.bytes_written == 0);
  CHECK(second.record.generation == first.record.generation);
}

TEST_CASE("stopped at any batch and run again, again and again, a shard ends at the same bits") {
  std::uint64_t stops = 0;
  for (std::uint64_t round = 0; round < 40; ++round) {
    Choices choices(7000 + round);
    const RandomTraining t = random_training(choices);
    INFO("round ", round, ": ", t.text());
    std::vector<Digest> expected = digests_in_memory(t.configuration, t.seed, kShard, t.data);
    expected.erase(expected.begin());  // stage 0 has no file
    const TemporaryFolder run;
    ShardContext context = small_context(run.path(), t.configuration, t.seed);
    context.save_interval_seconds = kSeldom;
    std::uint64_t gradients = 0;

    ShardOutcome outcome;
    do {
      outcome = testing::train_shard(context, kShard, t.data, stop_at(1 + choices.below(5)));
      gradients += outcome.sample_gradients;
      stops += outcome.complete ? 0 : 1;
      // Stopped in a stage's middle, it has kept its place; no more than that lies in the folder.
      const auto names = names_in(folder_of(run));
      CHECK(names.size() <= outcome.record.slices.size() + 2);
    } while (!outcome.complete);

    CHECK((digests_of(outcome.record) == expected));
    CHECK(names_in(folder_of(run)) == names_of(outcome.record));
    // Nothing was computed twice.
    const TemporaryFolder other;
    ShardContext uninterrupted = small_context(other.path(), t.configuration, t.seed);
    uninterrupted.save_interval_seconds = kSeldom;
    CHECK(gradients == testing::train_shard(uninterrupted, kShard, t.data).sample_gradients);
    for (const auto& slice : outcome.record.slices)
      CHECK((read_file(folder_of(run) / slice.file.name) == read_file(folder_of(other) / slice.file.name)));
  }
  CHECK(stops > 60);
}

TEST_CASE("asked to stop after the stage, it finishes the stage and no more") {
  const MemoryDataset data = small_data();
  const TrainingConfiguration c = small_configuration(data, "mlp:hidden=8", 1, 3);
  const TemporaryFolder run;

  const ShardOutcome outcome =
      testing::train_shard(small_context(run.path(), c, kSeed), kShard, data, stop_at(0, StopRequest::kAfterStage));

  CHECK_FALSE(outcome.complete);
  CHECK(outcome.record.slices.size() == 1);
  CHECK(names_in(folder_of(run)) == names_of(outcome.record));
}

TEST_CASE("visits are told once each: those of earlier sessions as resumed, the others as they are made") {
  const MemoryDataset data = small_data();
  const TrainingConfiguration c = small_configuration(data, "mlp:hidden=8", 1, 3);
  const TemporaryFolder run;
  const ShardContext context = small_context(run.path(), c, kSeed);
  const std::uint64_t all = shard_visits(c, partition_of(c, kSeed, data), kShard);
  std::uint64_t fresh = 0;
  std::uint64_t told = 0;
  bool complete = false;
  while (!complete) {
    ShardHooks hooks = stop_at(5);
    told = 0;
    hooks.visited = [&](std::uint64_t visits, bool resumed) {
      told += visits;
      if (!resumed) fresh += visits;
    };

    complete = testing::train_shard(context, kShard, data, hooks).complete;

    CHECK(told <= all);
  }
  CHECK(told == all);
  CHECK(fresh == all);
}

TEST_CASE("a damaged progress file is told of and the stage begins anew, wherever the damage is") {
  const MemoryDataset data = small_data();
  const TrainingConfiguration c = small_configuration(data, "mlp:hidden=8", 1, 2);
  const Digest expected = digests_in_memory(c, kSeed, kShard, data).back();
  const TemporaryFolder begun;
  CHECK_FALSE(testing::train_shard(small_context(begun.path(), c, kSeed), kShard, data, stop_at(2)).complete);
  const std::string name = progress_name(SliceId(1));
  const Bytes whole = read_file(folder_of(begun) / name);
  int told = 0;
  constexpr int kPlaces = 40;
  for (int i = 0; i < kPlaces; ++i) {
    const std::size_t place = whole.size() * static_cast<std::size_t>(i) / kPlaces;
    CAPTURE(place);
    const TemporaryFolder run;
    ShardContext context = small_context(run.path(), c, kSeed);
    context.save_interval_seconds = kSeldom;
    Bytes damaged = whole;
    damaged[place] ^= std::byte{0x10};
    context.files->make_directory(folder_of(run));
    context.files->write_new(folder_of(run) / name, damaged);
    ShardOutcome outcome;

    const std::string log = logged_by([&] { outcome = testing::train_shard(context, kShard, data); });

    CHECK(outcome.record.slices.back().model == expected);
    if (log.empty()) continue;  // a byte that means nothing: between two tensors
    CHECK(contains(log, name));
    CHECK(contains(log, "starting stage 1 of shard 0 anew"));
    ++told;
  }
  CHECK(told > kPlaces / 3);
}

TEST_CASE("a progress file that does not fit the model leaves nothing of itself in it") {
  // Whole by its digests, but of another network: its first tensors fit and its last does not.
  const MemoryDataset data = small_data();
  const TrainingConfiguration c = small_configuration(data, "mlp:hidden=8", 1, 2);
  const TemporaryFolder run;
  const ShardContext context = small_context(run.path(), c, kSeed);
  CHECK_FALSE(testing::train_shard(context, kShard, data, stop_at(2)).complete);
  const auto progress = folder_of(run) / progress_name(SliceId(1));
  SliceFile file = read_slice(progress, std::nullopt);
  file.state.optimizer.back().name = "momentum/other";
  write_progress(system_files(), folder_of(run), file);
  ShardOutcome outcome;

  const std::string log = logged_by([&] { outcome = testing::train_shard(context, kShard, data); });

  CHECK(contains(log, "momentum/other"));
  CHECK(outcome.record.slices.back().model == digests_in_memory(c, kSeed, kShard, data).back());
}

TEST_CASE("a progress file that starts from another state is told of and not gone on from") {
  // The same ids with other features: all but the state that the stage started from is as it should be.
  const MemoryDataset data = small_data();
  const MemoryDataset strange = data.changed([](MemorySample& sample) { sample.features[0] += 1; });
  const TrainingConfiguration c = small_configuration(data, "mlp:hidden=8", 1, 2);
  const TemporaryFolder run;
  const TemporaryFolder other;
  ShardOutcome outcome;
  for (const auto& [folder, samples] : {std::pair(&run, &data), std::pair(&other, &strange)}) {
    const ShardContext context = small_context(folder->path(), c, kSeed);
    (void)testing::train_shard(context, kShard, *samples, stop_at(0, StopRequest::kAfterStage));
    CHECK_FALSE(testing::train_shard(context, kShard, *samples, stop_at(2)).complete);
  }
  const std::string name = progress_name(SliceId(2));
  std::filesystem::copy_file(folder_of(other) / name, folder_of(run) / name,
                             std::filesystem::copy_options::overwrite_existing);

  const std::string log =
      logged_by([&] { outcome = testing::train_shard(small_context(run.path(), c, kSeed), kShard, data); });

  CHECK(contains(log, name));
  CHECK(contains(log, "starts from another state"));
  CHECK(outcome.record.slices.back().model == digests_in_memory(c, kSeed, kShard, data).back());
}

TEST_CASE("a damaged or missing slice file is named, and nothing is written over it") {
  const MemoryDataset data = small_data();
  const TrainingConfiguration c = small_configuration(data, "mlp:hidden=8", 1, 3);
  for (const bool missing : {false, true}) {
    CAPTURE(missing);
    const TemporaryFolder run;
    const ShardContext context = small_context(run.path(), c, kSeed);
    const auto half = testing::train_shard(context, kShard, data, stop_at(0, StopRequest::kAfterStage));
    const auto path = folder_of(run) / half.record.slices.back().file.name;
    if (missing)
      std::filesystem::remove(path);
    else
      damage(path);

    const std::string message = failure_of([&] { (void)testing::train_shard(context, kShard, data); });

    CHECK(contains(message, path.string()));
    CHECK(read_shard_record(run.path(), kShard)->slices.size() == 1);
  }
}

TEST_CASE("a complete shard whose files are not whole is no complete shard") {
  const MemoryDataset data = small_data();
  const TrainingConfiguration c = small_configuration(data, "mlp:hidden=8", 1, 3);
  const TemporaryFolder run;
  const ShardContext context = small_context(run.path(), c, kSeed);
  const ShardRecord record = testing::train_shard(context, kShard, data).record;
  const auto refusal = [&] { return failure_of([&] { (void)testing::train_shard(context, kShard, data); }); };

  const std::string last = (folder_of(run) / record.slices[2].file.name).string();
  damage(last);
  CHECK(contains(refusal(), last + ": the digest of its bytes"));
  CHECK(contains(refusal(), "remove the folder " + folder_of(run).string() + " and run"));
  std::filesystem::resize_file(last, 100);
  CHECK(contains(refusal(), last + ": it has 100 bytes instead of "));
  const std::string first = (folder_of(run) / record.slices[0].file.name).string();
  std::filesystem::remove(first);
  CHECK(contains(refusal(), first + ": No such file"));

  std::filesystem::remove_all(folder_of(run));
  CHECK(digests_of(testing::train_shard(context, kShard, data).record) == digests_of(record));
}

TEST_CASE("a shard that was begun under other circumstances is refused, naming the file and what differs") {
  const MemoryDataset data = small_data();
  const TrainingConfiguration c = small_configuration(data, "mlp:hidden=8", 1, 3);
  const TemporaryFolder run;
  const ShardContext context = small_context(run.path(), c, kSeed);
  const auto half = testing::train_shard(context, kShard, data, stop_at(0, StopRequest::kAfterStage));
  const std::string file = half.record.slices.back().file.name;

  const auto refused = [&](const ShardContext& other, const MemoryDataset& with) {
    std::string message = failure_of([&] { (void)testing::train_shard(other, kShard, with); });
    CHECK(contains(message, file));
    CHECK(read_shard_record(run.path(), kShard)->slices.size() == 1);
    return message;
  };
  ShardContext configured = context;
  configured.configuration.learning_rate = 0.06;
  CHECK(contains(refused(configured, data), "another configuration"));
  ShardContext numerics = context;
  numerics.fingerprint = digest_filled_with(0x11);
  CHECK(contains(refused(numerics, data), "other numerics"));
  const Partition partition = partition_of(c, kSeed, data);
  const std::uint64_t gone = data.samples()[partition.rows(kShard, SliceId(1)).front()].id;
  const MemoryDataset fewer = data.without([&](const auto& sample) { return sample.id == gone; });
  CHECK(contains(refused(context, fewer), "other samples"));
  // Another id in the place of one: as many samples, and still not the same.
  const MemoryDataset exchanged = data.changed([&](MemorySample& sample) {
    if (sample.id != gone) return;
    const Partitioner partitioner(kSeed, c.shards, c.slices);
    do sample.id += 1'000'003;
    while (partitioner.cell_of_id(SampleId(sample.id)).slice != SliceId(1));
  });
  CHECK(contains(refused(context, exchanged), "other samples"));

  numerics.mix_numerics = true;
  CHECK(testing::train_shard(numerics, kShard, data).complete);
}

TEST_CASE("a recorder sees all steps that are trained, and none of those that are resumed") {
  const MemoryDataset data = small_data();
  const TrainingConfiguration c = small_configuration(data, "mlp:hidden=8", 1, 2);
  const TemporaryFolder run;
  const ShardContext context = small_context(run.path(), c, kSeed);
  StepRecorder steps;
  bool complete = false;

  while (!complete) {
    ShardHooks hooks = stop_at(3);
    hooks.recorder = &steps;
    complete = testing::train_shard(context, kShard, data, hooks).complete;
  }

  StepRecorder uninterrupted;
  (void)train_in_memory(c, kSeed, kShard, data, &uninterrupted);
  REQUIRE(steps.steps.size() == uninterrupted.steps.size());
  for (std::size_t i = 0; i < steps.steps.size(); ++i) {
    CHECK(steps.steps[i].step == uninterrupted.steps[i].step);
    CHECK(steps.steps[i].epoch == uninterrupted.steps[i].epoch);
    CHECK((steps.steps[i].ids == uninterrupted.steps[i].ids));
    CHECK(steps.steps[i].learning_rate == uninterrupted.steps[i].learning_rate);
  }
}
