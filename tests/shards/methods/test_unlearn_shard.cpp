// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "framework/core/error.hpp"
#include "shards/methods/unlearn_shard.hpp"
#include "shards/train/live_roots.hpp"
#include "tests/shards/methods/method_trial.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/failure_message.hpp"
#include "tests/support/forgetting_run.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

constexpr ShardId kShard = ForgettingRun::kShard;
const Key kSeed({62, 9});

ForgettingRun small_run(Slicing slicing = Slicing::kCumulative, double momentum = 0.9) {
  const MemoryDataset data = make_samples(60, {{6}, 3, FeatureType::kF32, false}, 12);
  TrainingConfiguration c = small_configuration(data, "mlp:hidden=8x6", 1, 3);
  c.slicing = slicing;
  c.momentum = momentum;
  return {data, c, kSeed};
}

/// The samples of `data` that a run's deletions took.
Partition forgotten_of(const ForgettingRun& run, const Dataset& data) {
  const MemoryDataset live = run.live_data();
  return {Partitioner(kSeed, 1, run.configuration().slices), data,
          [&](SampleId id) { return !live.row_of(id).has_value(); }};
}

ShardOutcome unlearn(const ForgettingRun& run, const std::string& method, const ShardHooks& hooks = {},
                     std::uint64_t forgotten = 0) {
  run.begin(method);
  ShardContext context = run.context();
  context.generation = Generation::kNext;
  ShardUnlearning task = run.task(method);
  task.forgotten = forgotten;
  return unlearn_shard(context, task, run.data(), run.live(), forgotten_of(run, run.data()), hooks);
}

/// What exact unlearning of the same deletions gives.
std::vector<Digest> exact_digests(const ForgettingRun& run) {
  auto digests = digests_in_memory(run.configuration(), kSeed, kShard, run.live_data());
  digests.erase(digests.begin());
  return digests;
}

}  // namespace

TEST_CASE("a method's result is what the shard serves: on its exact stages, with cost, guarantee and evidence") {
  for (const auto slicing : {Slicing::kCumulative, Slicing::kSequential}) {
    ForgettingRun run = small_run(slicing);
    const ShardRecord before = run.record();
    run.accept({2}, 3);
    std::uint64_t visited = 0;
    ShardHooks hooks;
    hooks.visited = [&](std::uint64_t more, bool) { visited += more; };

    const ShardOutcome outcome = unlearn(run, "neggrad+:epochs=2", hooks, 3);

    CHECK(outcome.complete);
    CHECK(outcome.fallbacks.empty());
    (void)run.publish();
    const ShardRecord record = run.record();
    CHECK((digests_of(record) == std::vector<Digest>{before.slices[0].model}));
    REQUIRE(record.approximation.has_value());
    const Approximation& made = *record.approximation;
    CHECK(made.method == "neggrad+:epochs=2");
    CHECK(made.guarantee == "heuristic");
    CHECK(made.batches == std::vector<std::uint64_t>{1});
    CHECK(made.tail.empty());
    CHECK(made.sample_gradients == outcome.sample_gradients);
    CHECK(made.sample_gradients == visited);
    const auto evidence = nlohmann::json::parse(made.evidence);
    CHECK(evidence["cost"]["sample_gradients"] == made.sample_gradients);
    CHECK(evidence["cost"]["forget_samples_read"] > 0);
    CHECK(evidence["fallbacks"].empty());
    CHECK(evidence["checked"].empty());

    REQUIRE(made.served.has_value());
    const SliceFile file = read_slice(run.folder() / made.served->file.name, made.served->file.digest);
    CHECK(file.provenance.approximation == "neggrad+:epochs=2");
    CHECK(file.provenance.stage == SliceId(3));
    CHECK(file.provenance.state_before == before.slices.back().model);
    CHECK(file.provenance.state_after == made.served->model);
    const Partition live = run.live();
    LiveRoots roots(run.data(), live, kShard, slicing, kSeed);
    CHECK(file.provenance.live_root == roots.root(SliceId(3)));
    CHECK(made.served->live_root == roots.root(SliceId(3)));
    CHECK(made.served->model != before.slices.back().model);
    CHECK(names_in(run.folder()) == names_of(record));
  }
}

TEST_CASE("a second method goes on from what the first one left, and exact unlearning heals both") {
  ForgettingRun run = small_run();
  run.accept({3}, 2);
  (void)unlearn(run, "finetune");
  (void)run.publish();
  const ShardRecord first = run.record();
  run.accept({2}, 2);

  (void)unlearn(run, "random-label");
  (void)run.publish();

  const ShardRecord second = run.record();
  const std::vector<std::uint64_t> both{1, 2};
  CHECK(second.approximation->batches == both);
  CHECK(second.slices.size() == 1);
  const SliceRecord& served = *second.approximation->served;
  CHECK(read_slice(run.folder() / served.file.name, served.file.digest).provenance.state_before ==
        first.approximation->served->model);
  (void)run.forget_exactly();
  CHECK((digests_of(run.record()) == exact_digests(run)));
  CHECK(!run.record().approximation.has_value());
}

TEST_CASE("identity serves the parameters that were served, and says that it promises nothing") {
  ForgettingRun run = small_run();
  const SliceRecord last = run.record().slices.back();
  const ModelState before = read_slice(run.folder() / last.file.name, last.file.digest).state;
  run.accept({1});

  const ShardOutcome outcome = unlearn(run, "identity");

  CHECK(outcome.sample_gradients == 0);
  const Approximation& made = *outcome.record.approximation;
  CHECK(made.guarantee == "none");
  const ModelState after = read_slice(run.folder() / made.served->file.name, made.served->file.digest).state;
  CHECK(changed_tensors(before, after).empty());
}

TEST_CASE("a budget is a share of the shard's full retraining") {
  ForgettingRun run = small_run();
  run.accept({2});
  const std::uint64_t full = shard_visits(run.configuration(), run.live(), kShard);

  const ShardOutcome outcome = unlearn(run, "finetune:epochs=50,budget=0.4");

  const auto spent = static_cast<double>(outcome.sample_gradients);
  const auto allowed = 0.4 * static_cast<double>(full);
  CHECK(spent <= allowed);
  CHECK(spent > allowed - static_cast<double>(run.configuration().batch_size) - 1);
  REQUIRE(outcome.fallbacks.size() == 1);
  CHECK(contains(outcome.fallbacks[0], "shard 0: its budget ended it"));
  const auto evidence = nlohmann::json::parse(outcome.record.approximation->evidence);
  CHECK(evidence["fallbacks"].size() == 1);
  CHECK(evidence["budget"] == static_cast<std::uint64_t>(allowed));
}

TEST_CASE("put down and called again, a method ends at the same bits; called once more, it is done") {
  ForgettingRun run = small_run();
  run.accept({2}, 2);
  ForgettingRun undisturbed = small_run();
  undisturbed.accept({2}, 2);
  ShardHooks hooks;
  hooks.stop = [polls = 0]() mutable { return ++polls > 2 ? StopRequest::kNow : StopRequest::kGoOn; };

  const ShardOutcome put_down = unlearn(run, "neggrad+", hooks);
  CHECK(!put_down.complete);
  CHECK(put_down.record.served() == nullptr);
  const ShardOutcome again = unlearn(run, "neggrad+");
  const ShardOutcome once_more = unlearn(run, "neggrad+");

  CHECK(again.complete);
  CHECK(again.record.served()->file.digest == unlearn(undisturbed, "neggrad+").record.served()->file.digest);
  CHECK(once_more.complete);
  CHECK(once_more.sample_gradients == 0);
  CHECK(once_more.record.served()->file.digest == again.record.served()->file.digest);
}

TEST_CASE("where the samples to be forgotten are gone, what must read them fails and changes nothing") {
  ForgettingRun run = small_run();
  run.accept({2}, 3);
  run.begin("neggrad");
  const Bytes begun = read_file(run.folder() / "next.json");
  const MemoryDataset scrubbed = run.live_data();
  ShardContext context = run.context();
  context.generation = Generation::kNext;
  ShardUnlearning task = run.task("neggrad");
  task.forgotten = 3;
  const auto unlearn_scrubbed = [&] {
    return unlearn_shard(context, task, scrubbed, partition_of(run.configuration(), kSeed, scrubbed),
                         forgotten_of(run, scrubbed), {});
  };

  const std::string message = failure_of([&] { (void)unlearn_scrubbed(); });

  CHECK(contains(message, "'neggrad' reads the samples"));
  CHECK(contains(message, "0 of the 3 that batches 1 take from shard 0"));
  CHECK((read_file(run.folder() / "next.json") == begun));
  task.method = "finetune";
  run.begin("finetune");
  CHECK(unlearn_scrubbed().complete);
}

TEST_CASE("some of the samples to be forgotten are not enough") {
  ForgettingRun run = small_run();
  run.accept({2}, 3);

  CHECK(contains(failure_of([&] { (void)unlearn(run, "random-label", {}, 4); }), "3 of the 4"));
}

TEST_CASE("a shard that no method can work on is retrained exactly, and says so") {
  SUBCASE("no sample is left") {
    ForgettingRun run = small_run();
    run.accept({1, 2, 3}, 1000);
    ShardOutcome outcome;

    const std::string log = logged_by([&] { outcome = unlearn(run, "finetune"); });

    CHECK(outcome.complete);
    CHECK(!outcome.record.approximation.has_value());
    CHECK((digests_of(outcome.record) == exact_digests(run)));
    REQUIRE(outcome.fallbacks.size() == 1);
    CHECK(contains(outcome.fallbacks[0], "it has no samples left"));
    CHECK(contains(log, "retrained exactly instead of by 'finetune'"));
  }
  SUBCASE("the method diverged") {
    ForgettingRun run = small_run();
    run.accept({2}, 2);

    const ShardOutcome outcome = unlearn(run, "finetune:epochs=60,lr=1000000");

    CHECK(outcome.complete);
    CHECK(!outcome.record.approximation.has_value());
    CHECK((digests_of(outcome.record) == exact_digests(run)));
    REQUIRE(outcome.fallbacks.size() == 1);
    CHECK(contains(outcome.fallbacks[0], "the method diverged"));
    CHECK(outcome.sample_gradients > outcome.record.sample_gradients());
  }
  SUBCASE("it was never trained to its end") {
    ForgettingRun run = small_run();
    ShardRecord record = run.record();
    record.slices.resize(2);
    write_shard_record(system_files(), run.run(), record);
    run.accept({1});

    const ShardOutcome outcome = unlearn(run, "neggrad");

    CHECK(outcome.complete);
    CHECK((digests_of(outcome.record) == exact_digests(run)));
    REQUIRE(outcome.fallbacks.size() == 1);
    CHECK(contains(outcome.fallbacks[0], "it was not trained to its end"));
  }
}

TEST_CASE("exact is exact") {
  ForgettingRun run = small_run();
  run.accept({2});
  begin_next_generation(system_files(), run.run(), run.generations(), run.history());
  ShardContext context = run.context();
  context.generation = Generation::kNext;

  const ShardOutcome outcome =
      unlearn_shard(context, run.task("exact"), run.data(), run.live(), forgotten_of(run, run.data()), {});

  CHECK(outcome.complete);
  CHECK(outcome.fallbacks.empty());
  CHECK((digests_of(outcome.record) == exact_digests(run)));
}
