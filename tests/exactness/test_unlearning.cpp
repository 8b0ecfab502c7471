// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
// After any sequence of requests, worked off in any way, a run is what training from scratch makes of the data without
// them: the same bytes in every checkpoint. On the way nothing votes that saw a deleted sample.
#include <optional>

#include <doctest/doctest.h>

#include "launcher/run/opened_run.hpp"
#include "launcher/serving/ensemble.hpp"
#include "shards/checkpoint/generation.hpp"
#include "tests/support/random_requests.hpp"
#include "tests/support/random_training.hpp"
#include "tests/support/rounds.hpp"
#include "tests/support/trained_run.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

/// How far one job takes what is pending.
struct Way {
  bool forget = false;
  bool recover = false;
  std::optional<std::size_t> stop_at;  ///< the call on files at which it is asked to stop
};

Way draw_way(Choices& choices) {
  Way way;
  way.forget = choices.below(2) == 0;
  way.recover = choices.below(3) != 0;
  if (choices.below(2) == 0) way.stop_at = choices.below(40);
  return way;
}

/// What the sequences of this test came to, so that none of its promises is empty.
struct Tally {
  std::uint64_t jobs = 0;
  std::uint64_t completed = 0;
  std::uint64_t stopped = 0;
  std::uint64_t put_down_within = 0;  ///< with a stage's progress on disk
  std::uint64_t abstained = 0;        ///< shards that had to, though they held a state
  std::uint64_t half_recovered = 0;   ///< batches accepted while older ones were pending
  std::uint64_t scrubbed = 0;
  std::uint64_t emptied = 0;
};

class Sequence {
 public:
  explicit Sequence(std::uint64_t seed, Tally& tally)
      : choices_(seed),
        t_(random_training(choices_)),
        fresh_(t_.data, t_.configuration, t_.seed),
        requests_(t_, fresh_),
        run_(t_.data, t_.configuration, t_.seed),
        tally_(tally) {}

  [[nodiscard]] std::string text() const { return t_.text(); }

  void play() {
    const std::uint64_t batches = 2 + choices_.below(3);
    for (std::uint64_t batch = 0; batch < batches; ++batch) job(true, draw_way(choices_));
    if (!pending_) return;
    if (choices_.below(2) == 0) job(false, {.forget = true, .recover = true, .stop_at = choices_.below(30)});
    job(false, {.forget = false, .recover = true, .stop_at = {}});
    CHECK_FALSE(pending_);
  }

 private:
  /// One `expunge unlearn`, and a look at what it leaves.
  void job(bool with_requests, const Way& way) {
    ++tally_.jobs;
    CAPTURE(tally_.jobs);
    CAPTURE(way.forget);
    CAPTURE(way.recover);
    CAPTURE(way.stop_at.has_value());
    QuickFiles files = way.stop_at ? QuickFiles(*way.stop_at) : QuickFiles();
    CoordinatorOptions options;
    options.unknown = UnknownPolicy::kSkip;
    options.journal_ids = choices_.one_of({JournalIds::kPlain, JournalIds::kDigest});
    options.save_interval_seconds = choices_.one_of({0.0, 1e6});
    if (scrub()) options.data = run_.scrubbed(fresh_.without(deleted_));
    Coordinator coordinator(silent_session(), files, RunDirectory(run_.path()), options);
    coordinator.open();
    coordinator.check_data();
    if (with_requests) accept(coordinator);
    check_votes();
    if (way.forget) {
      (void)coordinator.forget();
      check_forgotten();
    }
    bool stopped = false;
    if (way.recover) {
      stopped = coordinator.recover().stopped;
      tally_.stopped += stopped ? 1 : 0;
    }
    clear_stop_signal();
    check_history();
    check_votes();
    if (way.forget) check_forgotten();
    if (stopped) look_at_progress();
    pending_ = !coordinator.records().history.pending().empty();
    CHECK(pending_ == (stopped || (pending_ && !way.recover)));
    if (!pending_) check_completed();
  }

  [[nodiscard]] bool scrub() {
    // Rows may be missing from the data once their deletion is accepted, and not all of them.
    if (deleted_.empty() || deleted_.size() == t_.data.size() || choices_.below(3) != 0) return false;
    ++tally_.scrubbed;
    return true;
  }

  void accept(Coordinator& coordinator) {
    const Ids before = deleted_;
    const std::uint64_t batches = coordinator.records().history.batches();
    const auto requests = requests_.batch(choices_, deleted_);
    if (pending_) ++tally_.half_recovered;

    const Acceptance acceptance = coordinator.accept(requests, "requests");

    CHECK(acceptance.requests.size() == requests.size());
    if (deleted_ != before) CHECK(acceptance.batch == batches + 1);
    std::uint64_t rows = 0;
    for (const auto& request : acceptance.requests) rows += request.rows.size();
    CHECK(rows == deleted_.size() - before.size());
    if (deleted_.size() == t_.data.size()) ++tally_.emptied;
    check_history();
  }

  void check_history() {
    const RunRecords records = RunRecords::read(RunDirectory(run_.path()));
    CHECK(records.history.deleted() == deleted_.size());
    CHECK(records.live() == t_.data.size() - deleted_.size());
    std::vector<std::uint64_t> rows;
    for (std::uint64_t row = 0; row < t_.data.size(); ++row) {
      const bool is_deleted = deleted_.contains(t_.data.id(row).value());
      CHECK(records.history.is_deleted(t_.data.id(row)) == is_deleted);
      if (is_deleted) rows.push_back(row);
    }
    CHECK(records.history.removed() == set_digest(t_.data, rows, data_key(t_.seed)));
  }

  /// Whatever is not stale is what a fresh training makes of those who are left, as far as it goes; and it alone votes.
  void check_votes() {
    const Ensemble ensemble = open_ensemble(silent_session(), RunDirectory(run_.path()));
    for (const auto& record : ensemble.run.shards) {
      CAPTURE(record.shard.value());
      const bool is_fresh = same_stages(record, fresh_.record(record.shard, deleted_));
      CHECK(ensemble.run.history.is_stale(record) == !is_fresh);
      if (!is_fresh) {
        CHECK_FALSE(ensemble.abstention(record).empty());
        ++tally_.abstained;
      }
      if (ensemble.abstention(record).empty()) CHECK(is_fresh);
    }
  }

  void check_forgotten() {
    CHECK(tainted_files(run_.path(), fresh_.without(deleted_), t_.configuration, t_.seed) ==
          std::vector<std::string>{});
    for (std::uint32_t k = 0; k < t_.configuration.shards; ++k) {
      const Generations generations = read_generations(run_.path(), ShardId(k));
      CHECK_FALSE(generations.next.has_value());
      CHECK(same_stages(generations.current, fresh_.record(ShardId(k), deleted_)));
    }
  }

  void look_at_progress() {
    for (const auto& [shard, path] : checkpoints_of(run_.path(), t_.configuration.shards))
      if (path.filename().string().starts_with("stage-")) ++tally_.put_down_within;
  }

  void check_completed() {
    ++tally_.completed;
    CHECK(tainted_files(run_.path(), fresh_.without(deleted_), t_.configuration, t_.seed) ==
          std::vector<std::string>{});
    CHECK(astray_in(run_.path(), t_.configuration.shards) == std::vector<std::string>{});
    const RunRecords records = RunRecords::read(RunDirectory(run_.path()));
    for (const auto& record : records.shards) {
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
  bool pending_ = false;
  Tally& tally_;
};

}  // namespace

TEST_CASE("whatever is asked and however it is worked off, a run is what fresh training makes of those who are left") {
  Tally tally;
  const std::uint64_t sequences = testing::rounds(30, 120);
  for (std::uint64_t seed = 0; seed < sequences; ++seed) {
    CAPTURE(seed);
    Sequence sequence(seed, tally);
    INFO(sequence.text());
    sequence.play();
  }
  // No part of the promise is empty.
  CHECK(tally.jobs > 3 * sequences);
  CHECK(tally.completed > sequences);
  CHECK(tally.stopped > sequences / 6);
  CHECK(tally.put_down_within > sequences / 12);
  CHECK(tally.abstained > sequences / 2);
  CHECK(tally.half_recovered > sequences / 2);
  CHECK(tally.scrubbed > sequences / 4);
  CHECK(tally.emptied > sequences / 20);
}

TEST_CASE("forgetting erases a stage's progress that has the name of one that was forgotten before") {
  const MemoryDataset data = make_samples(40, {{9}, 3, FeatureType::kF32, false}, 6);
  TrainingConfiguration c = small_configuration(data, "logistic", 1, 1);
  const Key seed({3, 3});
  FreshTraining fresh(data, c, seed);
  const TrainedRun run(data, c, seed);
  Ids deleted;
  // The first batch is accepted onto a finished training, the second and third ones onto a stage put down within.
  for (std::uint64_t batch = 0; batch < 3; ++batch) {
    CAPTURE(batch);
    const std::uint64_t id = data.samples()[batch].id;
    deleted.insert(id);
    Request request;
    request.id = std::to_string(batch);
    request.selector = std::vector{SampleId(id)};
    constexpr std::size_t kInTheMiddle = 25;
    QuickFiles files(kInTheMiddle);
    CoordinatorOptions options;
    options.save_interval_seconds = 0;
    Coordinator coordinator(silent_session(), files, RunDirectory(run.path()), options);
    coordinator.open();
    REQUIRE(coordinator.accept(std::vector{request}, "requests").batch == batch + 1);

    (void)coordinator.forget();

    CHECK(checkpoints_of(run.path(), 1).empty());
    CHECK(coordinator.recover().stopped);
    clear_stop_signal();
    REQUIRE(checkpoints_of(run.path(), 1).size() == 1);
  }
}
