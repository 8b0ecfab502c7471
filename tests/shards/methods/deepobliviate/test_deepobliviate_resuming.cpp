// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
// Where a shard's approximate forgetting is put down and gone on with, where there is nothing to stitch, where nothing
// changes, and what is refused.
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "framework/core/error.hpp"
#include "tests/support/failure_message.hpp"
#include "tests/support/faulty_files.hpp"
#include "tests/support/forgetting_run.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

constexpr ShardId kShard = ForgettingRun::kShard;
const Key kSeed({61, 0});
const std::string kEager = "deepobliviate:epsilon=1000000,least-points=2";

MemoryDataset small_data() {
  return make_samples(120, {{4}, 3, FeatureType::kF32, false}, 12);
}

TrainingConfiguration forgetful(std::int64_t epoch_millionths = 2'000'000) {
  TrainingConfiguration c = small_configuration(small_data(), "logistic", 1, 10);
  c.slicing = Slicing::kSequential;
  c.epoch_millionths = epoch_millionths;
  c.learning_rate = 0.1;
  c.weight_decay = 0.3;
  c.momentum = 0;
  return c;
}

/// Two requests, of which the second lies beyond what the first left exact.
void accept_first(ForgettingRun& run) {
  run.accept({3}, 5);
  (void)run.forget(kEager);
  REQUIRE(run.record().approximation);
  REQUIRE(run.record().slices.size() < 6);
}
void accept_second(ForgettingRun& run) {
  run.accept({7}, 4);
}

std::vector<std::string> names_in_order(const ShardRecord& record) {
  std::vector<std::string> names;
  for (const auto& file : record.files()) names.push_back(file.name);
  return names;
}

/// What the two requests come to undisturbed.
struct Expected {
  Expected() {
    ForgettingRun run(small_data(), forgetful(), kSeed);
    run.accept({3}, 5);
    first_gradients = run.retrain(kEager).sample_gradients;
    first = *run.generations().next;
    (void)run.publish();
    accept_second(run);
    (void)run.retrain(kEager);
    second = *run.generations().next;
  }
  ShardRecord first;
  ShardRecord second;
  std::uint64_t first_gradients = 0;
};

void check_same(const ShardRecord& found, const ShardRecord& expected) {
  CHECK(names_in_order(found) == names_in_order(expected));
  REQUIRE(found.approximation);
  CHECK(found.approximation->evidence == expected.approximation->evidence);
  CHECK(found.approximation->sample_gradients == expected.approximation->sample_gradients);
  CHECK(found.approximation->batches == expected.approximation->batches);
  REQUIRE(found.approximation->tail.size() == expected.approximation->tail.size());
  for (std::size_t i = 0; i < found.approximation->tail.size(); ++i)
    CHECK(found.approximation->tail[i].tainted_by == expected.approximation->tail[i].tainted_by);
}

ShardHooks stop_at_poll(std::uint64_t at, StopRequest request) {
  ShardHooks hooks;
  hooks.stop = [at, request, polls = std::uint64_t{0}]() mutable {
    return polls++ >= at ? request : StopRequest::kGoOn;
  };
  return hooks;
}

}  // namespace

TEST_CASE("put down after every stage, or in the middle of stages, a shard ends at the same record and files") {
  const Expected expected;
  for (const auto request : {StopRequest::kAfterStage, StopRequest::kNow}) {
    CAPTURE(int{static_cast<std::uint8_t>(request)});
    ForgettingRun run(small_data(), forgetful(), kSeed);
    for (const auto* wanted : {&expected.first, &expected.second}) {
      if (wanted == &expected.first)
        run.accept({3}, 5);
      else
        accept_second(run);
      std::uint64_t calls = 0;
      bool complete = false;
      while (!complete) {
        REQUIRE(calls < 50);
        const std::uint64_t polls = request == StopRequest::kNow ? 1 + 2 * (calls % 4) : 0;
        complete = run.retrain(kEager, stop_at_poll(polls, request)).complete;
        ++calls;
      }
      CHECK(calls > 1);
      check_same(*run.generations().next, *wanted);
      (void)run.publish();
      CHECK(names_in(run.folder()) == names_of(run.record()));
    }
  }
}

TEST_CASE("whenever the process ends while a shard is forgotten, the next one ends at the same record and files") {
  const Expected expected;
  const auto calls_of = [&] {
    ForgettingRun run(small_data(), forgetful(), kSeed);
    accept_first(run);
    accept_second(run);
    FaultyFiles files(system_files());
    (void)run.retrain(kEager, {}, files);
    return files.calls();
  };
  const std::size_t calls = calls_of();
  REQUIRE(calls > 10);
  for (std::size_t k = 0; k < calls; ++k) {
    CAPTURE(k);
    ForgettingRun run(small_data(), forgetful(), kSeed);
    accept_first(run);
    accept_second(run);
    FaultyFiles files(system_files(), {.at = k, .what = Fault::kCrashWithin});

    CHECK_THROWS_AS((void)run.retrain(kEager, {}, files), Crash);
    files.lose_unsynced();
    CHECK(run.retrain(kEager).complete);

    check_same(*run.generations().next, expected.second);
    (void)run.publish();
    CHECK(names_in(run.folder()) == names_of(run.record()));
  }
}

TEST_CASE("a request that comes while another is retrained is taken in, and what is untouched of the work stays") {
  ForgettingRun run(small_data(), forgetful(), kSeed);
  run.accept({3}, 5);
  const std::string patient = "deepobliviate:epsilon=1000000,least-points=6";
  REQUIRE_FALSE(run.retrain(patient, stop_at_poll(0, StopRequest::kAfterStage)).complete);
  const std::string kept = run.generations().next->slices.at(2).file.name;

  run.accept({5}, 2);
  const ShardOutcome outcome = run.retrain(patient);
  (void)run.publish();

  CHECK(outcome.complete);
  const ShardRecord record = run.record();
  CHECK(record.slices.at(2).file.name == kept);
  CHECK(record.respects == 2);
  const auto exact = digests_in_memory(run.configuration(), kSeed, kShard, run.live_data());
  REQUIRE(record.slices.size() >= 5);
  for (const auto& slice : record.slices) CHECK(slice.model == exact[slice.stage.value()]);
  CHECK(names_in(run.folder()) == names_of(record));
}

TEST_CASE("every visit is told, those of earlier sessions as resumed") {
  ForgettingRun run(small_data(), forgetful(), kSeed);
  run.accept({3}, 5);
  std::uint64_t resumed = 0;
  std::uint64_t fresh = 0;
  ShardHooks hooks;
  hooks.visited = [&](std::uint64_t visits, bool earlier) { (earlier ? resumed : fresh) += visits; };

  const ShardOutcome outcome = run.retrain(kEager, hooks);

  CHECK(fresh == outcome.sample_gradients);
  CHECK(resumed == 2 * (run.ids_in(1).size() + run.ids_in(2).size()));
}

TEST_CASE("a generation that is done is left as it is") {
  ForgettingRun run(small_data(), forgetful(), kSeed);
  run.accept({3}, 5);
  const ShardOutcome first = run.retrain(kEager);

  const ShardOutcome second = run.retrain(kEager);

  CHECK(second.complete);
  CHECK(second.sample_gradients == 0);
  CHECK(second.bytes_written == 0);
  CHECK(names_in_order(second.record) == names_in_order(first.record));
}

TEST_CASE("without an old trajectory, after rolling back or another method, a shard is retrained to its end, exactly") {
  for (const bool rolled_back : {true, false}) {
    CAPTURE(rolled_back);
    ForgettingRun run(small_data(), forgetful(), kSeed);
    if (rolled_back) {
      run.accept({3}, 5);
      roll_back(system_files(), run.run(), run.generations(), run.history());
    } else {
      ShardRecord record = run.record();
      Approximation& approximation = record.approximation.emplace();
      approximation.method = "finetune";
      approximation.guarantee = "heuristic";
      approximation.batches = {1};
      approximation.served = record.slices.back();
      record.slices.resize(9);
      write_shard_record(system_files(), run.run(), record);
      run.accept({8}, 2);
    }

    const ShardOutcome outcome = run.forget(kEager);

    CHECK(outcome.complete);
    CHECK_FALSE(run.record().approximation);
    const auto exact = digests_in_memory(run.configuration(), kSeed, kShard, run.live_data());
    CHECK(digests_of(run.record()) == std::vector<Digest>(exact.begin() + 1, exact.end()));
    CHECK(names_in(run.folder()) == names_of(run.record()));
  }
}

namespace {

/// A sample of a slice that training never visits: half an epoch ends before its turn, with it and without it.
std::uint64_t unvisited(const ForgettingRun& run, std::uint32_t slice) {
  const auto with = digests_in_memory(run.configuration(), kSeed, kShard, run.live_data());
  for (const auto id : run.ids_in(slice)) {
    const MemoryDataset without = run.live_data().without([id](const MemorySample& sample) { return sample.id == id; });
    if (digests_in_memory(run.configuration(), kSeed, kShard, without)[slice] == with[slice]) return id;
  }
  FAIL("no sample of the slice is without influence");
  return 0;
}

/// One of the slices from `first` on with an even number of samples.
std::uint32_t even_slice(const ForgettingRun& run, std::uint32_t first) {
  std::uint32_t slice = first;
  while (run.ids_in(slice).size() % 2 == 1) ++slice;
  REQUIRE(slice < 9);
  return slice;
}

}  // namespace

TEST_CASE("where nothing changes one stage is trained, and the others are what exact retraining would make of them") {
  ForgettingRun run(small_data(), forgetful(500'000), kSeed);
  const std::uint32_t slice = even_slice(run, 4);
  run.accept_samples({{slice, unvisited(run, slice)}});

  const ShardOutcome outcome = run.forget("deepobliviate");

  CHECK(outcome.sample_gradients == (run.ids_in(slice).size() + 1) / 2);
  CHECK_FALSE(run.record().approximation);
  const TemporaryFolder fresh;
  const ShardOutcome exact =
      testing::train_shard(small_context(fresh.path(), run.configuration(), kSeed), kShard, run.live_data());
  CHECK(names_in_order(run.record()) == names_in_order(exact.record));
  CHECK(names_in(run.folder()) == names_of(run.record()));
}

TEST_CASE("where nothing changes in an approximate shard its states stay, and those that are exact stay exact") {
  for (const bool begins_exact : {true, false}) {
    CAPTURE(begins_exact);
    ForgettingRun run(small_data(), forgetful(500'000), kSeed);
    run.accept({3}, 5);
    (void)run.forget(kEager);
    REQUIRE(run.record().slices.size() < 6);
    run.accept({6}, 3);  // from there on stages are trained anew, from a tainted one
    (void)run.forget("deepobliviate:epsilon=0.000000001");
    const ShardRecord before = run.record();
    const std::uint32_t slice = even_slice(run, begins_exact ? 1 : 7);
    REQUIRE((slice <= before.slices.size()) == begins_exact);
    run.accept_samples({{slice, unvisited(run, slice)}});

    const ShardOutcome outcome = run.forget("deepobliviate");

    CHECK(outcome.sample_gradients == (run.ids_in(slice).size() + 1) / 2);
    const ShardRecord record = run.record();
    REQUIRE(record.approximation);
    CHECK(record.slices.size() == before.slices.size());
    CHECK(record.served()->model == before.served()->model);
    CHECK(record.served()->live_root != before.served()->live_root);
    CHECK(record.approximation->batches == std::vector<std::uint64_t>{1, 2, 3});
    CHECK(record.approximation->tail.back().tainted_by == std::vector<std::uint64_t>{1, 3});
    CHECK(nlohmann::json::parse(record.approximation->evidence).at("unchanged_after") == slice);
    const auto exact = digests_in_memory(run.configuration(), kSeed, kShard, run.live_data());
    for (const auto& done : record.slices) CHECK(done.model == exact[done.stage.value()]);
    CHECK(names_in(run.folder()) == names_of(record));
  }
}

TEST_CASE("cumulative slices, another method's name and arguments out of range are refused") {
  const auto refusal = [](const auto& action) -> std::string {
    try {
      action();
    } catch (const UsageError& error) {
      return error.what();
    }
    return {};
  };
  const auto rule_refusal = [&](const std::string& method) {
    return refusal([&] { (void)parse_stop_rule(Spec::parse(method, "method")); });
  };
  TrainingConfiguration c = forgetful();
  c.slicing = Slicing::kCumulative;
  ForgettingRun run(small_data(), c, kSeed);
  run.accept({3});

  CHECK(contains(refusal([&] { (void)run.retrain(kEager); }), "--slicing sequential"));
  CHECK(contains(rule_refusal("finetune"), "'finetune'"));
  CHECK(contains(rule_refusal("deepobliviate:epsilon=-1"), "epsilon"));
  CHECK(contains(rule_refusal("deepobliviate:normalise=paper"), "normalise"));
  CHECK(contains(rule_refusal("deepobliviate:epsilom=1"), "epsilon"));
  CHECK(contains(rule_refusal("deepobliviate:0.1"), "0.1"));
}

TEST_CASE("a rule is read from its method's arguments, and has the defaults that the help names") {
  const StopRule plain = parse_stop_rule(Spec::parse("deepobliviate", "method"));
  const StopRule all =
      parse_stop_rule(Spec::parse("deepobliviate:epsilon=0.05,normalise=per-param,least-points=7", "method"));

  CHECK(plain.epsilon == 0.1);
  CHECK(plain.unit == SlopeUnit::kRelative);
  CHECK(plain.least_points == 5);
  CHECK(all.epsilon == 0.05);
  CHECK(all.unit == SlopeUnit::kPerParameter);
  CHECK(all.least_points == 7);
  CHECK(parse_stop_rule(Spec::parse("deepobliviate:normalise=none", "method")).unit == SlopeUnit::kNone);
}

TEST_CASE("a damaged file of the old trajectory is refused by its name, and nothing is served of it") {
  ForgettingRun run(small_data(), forgetful(), kSeed);
  const std::string name = run.record().slices.at(4).file.name;
  std::filesystem::resize_file(run.folder() / name, 100);
  run.accept({3}, 5);

  const std::string message = failure_of([&] { (void)run.retrain("deepobliviate:epsilon=0.000001"); });

  CHECK(contains(message, name));
  CHECK(run.generations().next->served() == nullptr);
}
