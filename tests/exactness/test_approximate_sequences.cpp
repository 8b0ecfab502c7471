// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
// Whatever methods a run's deletions are carried out by, one after the other, put down or not: at every step each stage
// that is called exact has the bytes of a training without the samples and names none of them, and healing ends in
// those bytes everywhere.
#include <map>
#include <optional>

#include <doctest/doctest.h>

#include "launcher/serving/ensemble.hpp"
#include "shards/checkpoint/generation.hpp"
#include "shards/methods/catalogue.hpp"
#include "tests/support/random_requests.hpp"
#include "tests/support/random_training.hpp"
#include "tests/support/rounds.hpp"
#include "tests/support/trained_run.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

/// What the sequences came to, so that none of their promises is empty.
struct Tally {
  std::map<std::string, std::uint64_t> approximate;  ///< shards served approximately after a job, by method
  std::uint64_t tails = 0;                           ///< of these, with old stages kept for the next stitch
  std::uint64_t stopped = 0;
  std::uint64_t under_way = 0;  ///< generations that a job left unfinished
  std::uint64_t exact_again = 0;
  std::uint64_t forgotten = 0;  ///< approximate shards that forgetting at once rolled back
  std::uint64_t healed = 0;
};

RandomTraining draw_training(Choices& choices) {
  RandomTraining t = random_training(choices);
  t.configuration.slicing = choices.below(4) == 0 ? Slicing::kCumulative : Slicing::kSequential;
  t.configuration.slices = static_cast<std::uint32_t>(5 + choices.below(3));
  t.configuration.epoch_millionths = 1'000'000;
  t.configuration.weight_decay = 0.2;  // what was forgotten decays
  return t;
}

std::string draw_method(Choices& choices, Slicing slicing) {
  if (slicing == Slicing::kSequential && choices.below(3) != 0)
    return choices.one_of<std::string>(
        {"deepobliviate:epsilon=1000,least-points=2", "deepobliviate:epsilon=1000,least-points=2",
         "deepobliviate:epsilon=0.05,least-points=2,normalise=none", "deepobliviate:epsilon=0"});
  return choices.one_of<std::string>(
      {"exact", "exact", "identity", "finetune", "neggrad", "neggrad+:lr=0.001", "random-label", "cf-k", "eu-k"});
}

class Sequence {
 public:
  Sequence(std::uint64_t seed, Tally& tally)
      : choices_(seed),
        t_(draw_training(choices_)),
        fresh_(t_.data, t_.configuration, t_.seed),
        requests_(t_, fresh_),
        run_(t_.data, t_.configuration, t_.seed),
        tally_(tally) {}

  [[nodiscard]] std::string text() const { return t_.text(); }

  void play() {
    const std::uint64_t jobs = 3 + choices_.below(4);
    for (std::uint64_t job = 0; job < jobs; ++job) {
      CAPTURE(job);
      const QuickFiles undisturbed;
      QuickFiles files = choices_.below(3) == 0 ? QuickFiles(choices_.below(40)) : undisturbed;
      if (choices_.below(6) == 0)
        heal(files);
      else
        forget(files);
      clear_stop_signal();
      check();
    }
    QuickFiles files;
    heal(files);
    check();
    check_exact();
  }

 private:
  [[nodiscard]] std::unique_ptr<Coordinator> open(FileSystem& files, const std::string& method) const {
    CoordinatorOptions options;
    options.method = method;
    options.unknown = UnknownPolicy::kSkip;
    options.shows_progress = false;
    options.save_interval_seconds = 0;
    auto coordinator =
        std::make_unique<Coordinator>(silent_session(), files, RunDirectory(run_.path()), std::move(options));
    coordinator->open();
    return coordinator;
  }

  /// As `expunge unlearn --requests` does it, with a method or at once.
  void forget(FileSystem& files) {
    const bool at_once = choices_.below(5) == 0;
    const std::string method = at_once ? "exact" : draw_method(choices_, t_.configuration.slicing);
    CAPTURE(method);
    CAPTURE(at_once);
    const auto coordinator = open(files, method);
    const Ids before = deleted_;
    const auto requests = requests_.batch(choices_, deleted_);
    const Acceptance acceptance = coordinator->accept(requests, "requests");
    if (deleted_ != before) REQUIRE(acceptance.batch > 0);
    if (parse_unlearning_method(method).is_exact())
      for (const auto& sample : t_.data.samples())
        if (deleted_.contains(sample.id) && !before.contains(sample.id)) exactly_.insert(fresh_.cell_of(sample).shard);
    check();
    if (at_once) {
      const std::uint64_t approximate_before = approximate();
      (void)coordinator->forget();
      tally_.forgotten += approximate_before - approximate();
      check();
      check_rolled_back();
      if (choices_.below(2) == 0) return;
    }
    recover(*coordinator);
  }

  /// As `expunge unlearn --heal` does it.
  void heal(FileSystem& files) {
    const auto coordinator = open(files, "exact");
    if (!recover(*coordinator)) return;
    const std::uint64_t before = approximate();
    const Acceptance acceptance = coordinator->accept_healing();
    CHECK((acceptance.batch > 0) == (before > 0));
    check();
    if (recover(*coordinator)) {
      CHECK(approximate() == 0);
      tally_.healed += before;
    }
  }

  /// False: put down.
  bool recover(Coordinator& coordinator) {
    const std::uint64_t before = approximate();
    const Recovery recovery = coordinator.recover();
    if (recovery.stopped) {
      ++tally_.stopped;
      for (std::uint32_t k = 0; k < t_.configuration.shards; ++k)
        tally_.under_way += read_generations(run_.path(), ShardId(k)).next ? 1 : 0;
      return false;
    }
    CHECK(coordinator.records().history.pending().empty());
    const auto& shards = coordinator.records().shards;
    for (const auto& record : shards) {
      CAPTURE(record.shard.value());
      CHECK(record.served_stage() == t_.configuration.slices);
      if (exactly_.contains(record.shard)) CHECK_FALSE(record.approximation);
      if (!record.approximation) continue;
      ++tally_.approximate[record.approximation->method];
      tally_.tails += record.approximation->tail.empty() ? 0 : 1;
    }
    if (approximate() < before) ++tally_.exact_again;
    exactly_.clear();
    std::vector<std::string> missing;
    if (coordinator.records().history.batches() == 0) missing = {"journal.jsonl"};  // nothing was ever accepted
    CHECK(astray_in(run_.path(), t_.configuration.shards) == missing);
    return true;
  }

  [[nodiscard]] std::uint64_t approximate() const {
    std::uint64_t shards = 0;
    for (std::uint32_t k = 0; k < t_.configuration.shards; ++k)
      shards += read_shard_record(run_.path(), ShardId(k))->approximation ? 1 : 0;
    return shards;
  }

  /// Every stage that is called exact, of what is served and of what takes its place, and whoever votes.
  void check() {
    const Ensemble ensemble = open_ensemble(silent_session(), RunDirectory(run_.path()));
    const MemoryDataset left = fresh_.without(deleted_);
    const Partition partition = partition_of(t_.configuration, t_.seed, left);
    for (std::uint32_t k = 0; k < t_.configuration.shards; ++k) {
      CAPTURE(k);
      const Generations generations = read_generations(run_.path(), ShardId(k));
      check_stages(ensemble.run.history, generations.current, left, partition);
      if (generations.next) check_stages(ensemble.run.history, *generations.next, left, partition);
      if (ensemble.run.history.is_stale(generations.current))
        CHECK_FALSE(ensemble.abstention(generations.current).empty());
    }
  }

  void check_stages(const History& history, ShardRecord record, const MemoryDataset& left, const Partition& partition) {
    // What was accepted and is not carried out yet is in later stages.
    record.slices.resize(history.untainted_stages(record));
    CHECK(same_stages(record, fresh_.record(record.shard, deleted_)));
    LiveRoots roots(left, partition, record.shard, t_.configuration.slicing, t_.seed);
    for (const auto& slice : record.slices) {
      CAPTURE(slice.stage.value());
      CHECK_FALSE(is_tainted(shard_folder(run_.path(), record.shard) / slice.file.name, roots));
    }
  }

  /// Forgotten at once, nothing that anybody could load saw a sample of a batch that is accepted.
  void check_rolled_back() const {
    for (std::uint32_t k = 0; k < t_.configuration.shards; ++k) {
      const ShardRecord record = *read_shard_record(run_.path(), ShardId(k));
      CHECK_FALSE(RunRecords::read(RunDirectory(run_.path())).history.is_stale(record));
      if (exactly_.contains(record.shard)) CHECK_FALSE(record.approximation);
    }
  }

  void check_exact() {
    CHECK(approximate() == 0);
    CHECK(tainted_files(run_.path(), fresh_.without(deleted_), t_.configuration, t_.seed) ==
          std::vector<std::string>{});
    for (const auto& record : RunRecords::read(RunDirectory(run_.path())).shards) {
      CAPTURE(record.shard.value());
      CHECK(record.slices.size() == t_.configuration.slices);
      CHECK(same_stages(record, fresh_.record(record.shard, deleted_)));
    }
  }

  Choices choices_;
  RandomTraining t_;
  FreshTraining fresh_;
  RandomRequests requests_;
  TrainedRun run_;
  Ids deleted_;
  std::set<ShardId> exactly_;  ///< shards that a batch not worked off yet is to be forgotten exactly in
  Tally& tally_;
};

}  // namespace

TEST_CASE("by whatever methods a run forgets in turn, what is called exact is, and healing makes all of it so") {
  Tally tally;
  const std::uint64_t sequences = testing::rounds(40, 60);
  for (std::uint64_t seed = 0; seed < sequences; ++seed) {
    CAPTURE(seed);
    Sequence sequence(7000 + seed, tally);
    INFO(sequence.text());
    sequence.play();
  }
  // No part of the promise is empty.
  for (const std::string method : {"deepobliviate:epsilon=1000,least-points=2", "identity", "finetune", "neggrad",
                                   "neggrad+:lr=0.001", "random-label", "cf-k", "eu-k"}) {
    CAPTURE(method);
    CHECK(tally.approximate[method] > 0);
  }
  CHECK(tally.tails > sequences / 6);
  CHECK(tally.stopped > sequences / 6);
  CHECK(tally.under_way > sequences / 12);
  CHECK(tally.exact_again > sequences / 6);
  CHECK(tally.forgotten > sequences / 12);
  CHECK(tally.healed > sequences / 6);
}
