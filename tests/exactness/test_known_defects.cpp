// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
// Defects that other programs for the same task were found to have, each by its name: whole commands on small runs,
// whose states are held against trainings that never had more samples. README.md lists those that others test.
#include <algorithm>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "framework/data/write_hdf5.hpp"
#include "launcher/commands/commands.hpp"
#include "launcher/run/opened_run.hpp"
#include "tests/support/small_run.hpp"
#include "tests/support/step_recorder.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

/// A run that the commands make and change, and the samples that they were asked to forget.
class KnownRun {
 public:
  explicit KnownRun(std::uint64_t samples, std::uint32_t shards, std::uint32_t slices,
                    const std::vector<std::string>& options = {})
      : data_(make_samples(samples, {{9}, 3, FeatureType::kU8, false}, 4)) {
    write_hdf5(data_, folder_ / "data.h5", false);
    std::vector<std::string> words{"--data",       spec(),
                                   "--shards",     std::to_string(shards),
                                   "--slices",     std::to_string(slices),
                                   "--seed",       "5",
                                   "--model",      "mlp:hidden=6",
                                   "--epochs",     "2",
                                   "--batch-size", "4",
                                   "--classes",    "3"};
    words.insert(words.end(), options.begin(), options.end());
    REQUIRE(run_train(with_run(words)) == Exit::kDone);
  }

  [[nodiscard]] RunRecords records() const { return RunRecords::read(RunDirectory(run())); }
  [[nodiscard]] const MemoryDataset& data() const { return data_; }
  [[nodiscard]] std::filesystem::path run() const { return folder_ / "run"; }
  [[nodiscard]] std::string spec() const { return "hdf5:" + (folder_ / "data.h5").string(); }

  /// The ids of a cell's samples, in the data's order.
  [[nodiscard]] std::vector<std::uint64_t> ids_in(std::uint32_t shard, std::uint32_t slice) const {
    const auto& manifest = records().manifest;
    const Partitioner partitioner(manifest.seed, manifest.configuration.shards, manifest.configuration.slices);
    std::vector<std::uint64_t> ids;
    for (const auto& sample : data_.samples()) {
      const Cell cell = partitioner.cell_of_id(SampleId(sample.id));
      if (cell.shard.value() == shard && cell.slice.value() == slice) ids.push_back(sample.id);
    }
    return ids;
  }

  void forget(const std::vector<std::uint64_t>& ids) {
    const auto file = folder_ / "requests.jsonl";
    std::ofstream(file) << fmt::format("{{\"request_id\":\"r{}\",\"sample_ids\":[{}]}}\n", ++requests_,
                                       fmt::join(ids, ","));
    REQUIRE(run_unlearn(with_run({"--requests", file.string()})) == Exit::kDone);
    forgotten_.insert(ids.begin(), ids.end());
  }

  /// Every state of every shard is that of a training which never had what was forgotten.
  void check_exact() const { check_states_without(forgotten_); }
  void check_states_without(const std::set<std::uint64_t>& ids) const {
    const MemoryDataset left = data_.without([&](const auto& sample) { return ids.contains(sample.id); });
    const RunRecords now = records();
    for (const auto& shard : now.shards) {
      CAPTURE(shard.shard.value());
      auto expected = digests_in_memory(now.manifest.configuration, now.manifest.seed, shard.shard, left);
      expected.erase(expected.begin());
      CHECK(digests_of(shard) == expected);
    }
  }

  [[nodiscard]] std::vector<std::string> with_run(std::vector<std::string> words) const {
    words.insert(words.end(), {"--run", run().string()});
    return words;
  }

 private:
  TemporaryFolder folder_;
  MemoryDataset data_;
  std::set<std::uint64_t> forgotten_;
  int requests_ = 0;
};

}  // namespace

TEST_CASE("a second request to a shard does not train on the first request's samples") {
  for (const std::string slicing : {"cumulative", "sequential"}) {
    CAPTURE(slicing);
    KnownRun run(40, 1, 3, {"--slicing", slicing});
    const auto first = run.ids_in(0, 1).front();
    const auto second = run.ids_in(0, 3).front();

    run.forget({first});
    const auto between = digests_of(run.records().shards[0]);
    run.forget({second});

    run.check_exact();
    const auto after = digests_of(run.records().shards[0]);
    CHECK(after[1] == between[1]);
    CHECK(after[2] != between[2]);
  }
}

TEST_CASE("later deletions do not forget earlier ones") {
  KnownRun run(60, 2, 2);
  std::uint64_t deleted = 0;
  for (const std::uint32_t shard : {0U, 1U, 0U, 1U}) {
    const auto ids = run.ids_in(shard, shard + 1);
    run.forget({ids.at(deleted), ids.at(deleted + 1)});
    deleted += 2;

    const RunRecords now = run.records();
    CHECK(now.history.deleted() == deleted);
    CHECK(now.live() == 60 - deleted);
    run.check_exact();
  }
}

TEST_CASE("the last n mod R samples of a shard can be unlearned") {
  // 23 samples in one shard of 4 slices: three are left over where slices are of equal size.
  const KnownRun whole(23, 1, 4);
  const auto& samples = whole.data().samples();
  std::set<std::uint64_t> last;
  for (std::size_t i = 20; i < 23; ++i) last.insert(samples[i].id);
  std::set<std::uint64_t> by_id;
  for (const auto& sample : samples) by_id.insert(sample.id);
  last.insert(*by_id.rbegin());
  const auto before = digests_of(whole.records().shards[0]);

  for (const auto id : last) {
    CAPTURE(id);
    KnownRun run(23, 1, 4);
    run.forget({id});

    CHECK(digests_of(run.records().shards[0]).back() != before.back());
    run.check_exact();
  }
}

TEST_CASE("the remainders of N mod S and of a shard mod R are trained on") {
  const MemoryDataset data = make_samples(23, {{9}, 3, FeatureType::kU8, false}, 4);
  for (const auto slicing : {Slicing::kCumulative, Slicing::kSequential}) {
    TrainingConfiguration c = small_configuration(data, "mlp:hidden=6", 3, 4);
    c.slicing = slicing;
    c.epoch_millionths = 5'000'000;  // two epochs in each cumulative stage
    std::set<std::uint64_t> trained_on;
    for (std::uint32_t shard = 0; shard < 3; ++shard) {
      StepRecorder steps;
      (void)train_in_memory(c, Key({5, 0}), ShardId(shard), data, &steps);
      for (const auto& step : steps.steps)
        for (const auto id : step.ids) trained_on.insert(id.value());
    }

    CHECK(trained_on.size() == 23);
  }
}

TEST_CASE("an empty shard survives, and so do the requests after it") {
  KnownRun run(40, 3, 2);
  std::vector<std::uint64_t> all = run.ids_in(1, 1);
  for (const auto id : run.ids_in(1, 2)) all.push_back(id);
  REQUIRE(all.size() > 2);

  run.forget(all);
  run.check_exact();
  CHECK(run.records().live({ShardId(1), SliceId(1)}) == 0);
  run.forget({run.ids_in(0, 2).front(), run.ids_in(2, 1).front()});

  run.check_exact();
  CHECK(run_verify(run.with_run({})) == Exit::kDone);
  CHECK(run_train(run.with_run({})) == Exit::kDone);
}

TEST_CASE("all can be forgotten, and then nobody votes") {
  KnownRun run(12, 2, 2);
  std::vector<std::uint64_t> all;
  for (const auto& sample : run.data().samples()) all.push_back(sample.id);

  run.forget(all);

  run.check_exact();
  CHECK(run.records().live() == 0);
  CHECK(run_evaluate(run.with_run({"--data", run.spec()})) == Exit::kFailed);
  CHECK(run_verify(run.with_run({})) == Exit::kDone);
}

TEST_CASE("an optimiser's state is restored from the checkpoint, Adam's and the momentum of SGD") {
  for (const std::vector<std::string>& options :
       std::vector<std::vector<std::string>>{{"--optimizer", "adam", "--lr", "0.01"},
                                             {"--optimizer", "adamw", "--lr", "0.01", "--weight-decay", "0.01"},
                                             {"--optimizer", "sgd", "--momentum", "0.9"}}) {
    CAPTURE(options[1]);
    KnownRun run(40, 1, 3, options);
    const auto before = run.records().shards[0];

    run.forget({run.ids_in(0, 3).front()});

    const auto after = run.records().shards[0];
    CHECK(after.slices[1].file.name == before.slices[1].file.name);
    CHECK(after.slices[2].model != before.slices[2].model);
    run.check_exact();
  }
}

TEST_CASE("checkpoints that saw what was forgotten do not stay") {
  KnownRun run(40, 2, 3);
  std::set<std::string> old;
  for (const auto& slice : run.records().shards[0].slices) old.insert(slice.file.name);

  run.forget({run.ids_in(0, 1).front()});

  for (const auto& shard : run.records().shards)
    CHECK(names_in(shard_folder(run.run(), shard.shard)) == names_of(shard));
  for (const auto& name : names_in(shard_folder(run.run(), ShardId(0)))) CHECK_FALSE(old.contains(name));
}

TEST_CASE("a sample that is named again is already absent, and nothing is trained for it") {
  KnownRun run(40, 2, 2);
  const auto id = run.ids_in(1, 1).front();
  run.forget({id});
  const auto before = run.records().shards;

  run.forget({id});

  const RunRecords now = run.records();
  CHECK(now.history.deleted() == 1);
  CHECK(now.history.pending().empty());
  for (std::size_t k = 0; k < before.size(); ++k) CHECK(now.shards[k].generation == before[k].generation);
}

TEST_CASE("what is expected here is not what the samples' presence would give") {
  KnownRun run(40, 1, 3);
  const auto id = run.ids_in(0, 1).front();

  run.forget({id});

  const RunRecords now = run.records();
  auto with = digests_in_memory(now.manifest.configuration, now.manifest.seed, ShardId(0), run.data());
  with.erase(with.begin());
  const auto without = digests_of(now.shards[0]);
  for (std::size_t i = 0; i < with.size(); ++i) CHECK(with[i] != without[i]);
}
