// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <csignal>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "aggregation/predict/ensemble.hpp"
#include "framework/comm/agreement.hpp"
#include "framework/comm/stop_flag.hpp"
#include "framework/core/error.hpp"
#include "tests/support/thread_communicator.hpp"

using namespace expunge;

namespace {

constexpr std::int64_t kClasses = 3;
constexpr std::uint64_t kBadRow = 300;

// Rows of two bytes that differ from row to row; ids run backwards.
class Rows final : public Dataset {
 public:
  explicit Rows(std::uint64_t rows, std::int32_t labels = kClasses) {
    shape_ = {2};
    classes_ = labels;
    for (std::uint64_t row = 0; row < rows; ++row) {
      labels_.push_back(static_cast<std::int32_t>(row % static_cast<std::uint64_t>(labels)));
      ids_.emplace_back(1'000'000 - row);
    }
  }
  void gather(std::span<const std::uint64_t> rows, std::span<std::byte> out) const override {
    std::size_t before = most_at_once;
    while (before < rows.size() && !most_at_once.compare_exchange_weak(before, rows.size())) {
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
      out[2 * i] = static_cast<std::byte>(rows[i] % 251);
      out[2 * i + 1] = static_cast<std::byte>(rows[i] % 13);
    }
  }

  mutable std::atomic<std::size_t> most_at_once = 0;  // rows that were asked for, by any rank
};

enum class Misbehaviour { kNone, kThrows, kNan, kLeavesOut };

struct Batch {
  std::uint64_t first_row;
  std::uint64_t rows;
  auto operator<=>(const Batch&) const = default;
};

// Gives each row three probabilities that depend on its bytes and the shard, with ties now and then.
class Fake final : public Constituent {
 public:
  Fake(std::uint32_t shard, Misbehaviour misbehaviour)
      : Constituent(ShardId(shard), 10 + shard), misbehaviour_(misbehaviour) {}

  void predict(std::uint64_t first_row, std::span<const std::byte> features, std::uint64_t rows,
               std::span<float> probabilities) override {
    REQUIRE(features.size() == 2 * rows);
    REQUIRE(probabilities.size() == 3 * rows);
    batches.push_back({first_row, rows});
    for (std::uint64_t i = 0; i < rows; ++i) {
      const auto a = std::to_integer<std::uint32_t>(features[2 * i]);
      const auto b = std::to_integer<std::uint32_t>(features[2 * i + 1]);
      const float first = static_cast<float>((a * 7 + b * (shard().value() + 3)) % 17) / 34.0F;
      const float second = static_cast<float>((a + b * b + shard().value()) % 17) / 34.0F;
      probabilities[3 * i] = first;
      probabilities[3 * i + 1] = second;
      probabilities[3 * i + 2] = 1.0F - first - second;
      if (first_row + i != kBadRow) continue;
      if (misbehaviour_ == Misbehaviour::kThrows) throw Failure("the model of shard 1 broke");
      if (misbehaviour_ == Misbehaviour::kNan) probabilities[3 * i] = std::numeric_limits<float>::quiet_NaN();
    }
    if (misbehaviour_ == Misbehaviour::kLeavesOut) std::fill(probabilities.end() - 3, probabilities.end(), -1.0F);
  }

  std::vector<Batch> batches;

 private:
  Misbehaviour misbehaviour_;
};

struct Recorded {
  std::uint64_t id;
  std::int32_t label;
  double agreement;
  double confidence;
  std::int64_t models;
  std::vector<double> probability;
  bool operator==(const Recorded&) const = default;
};

struct Trial {
  int ranks = 1;
  std::uint32_t shards = 4;
  std::uint32_t stride = 1;  // shard k is held by rank (k · stride) mod ranks
  EnsembleOptions options = {.classes = kClasses, .models = 4};
  Misbehaviour of_shard_1 = Misbehaviour::kNone;
  AnswerSink sink = {};  // besides recording
};

struct Results {
  std::vector<Recorded> answers;
  std::vector<ConstituentScores> scores;
  std::map<std::uint32_t, std::vector<Batch>> batches;
  std::vector<Outcome> outcomes;  // by rank
};

Results run(const Dataset& data, const Trial& trial) {
  Results results;
  results.outcomes.resize(static_cast<std::size_t>(trial.ranks));
  std::mutex mutex;
  run_on_threads(trial.ranks, [&](Communicator& comm) {
    std::vector<std::unique_ptr<Constituent>> mine;
    for (std::uint32_t k = 0; k < trial.shards; ++k)
      if (static_cast<int>((k * trial.stride) % static_cast<std::uint32_t>(trial.ranks)) == comm.rank())
        mine.push_back(std::make_unique<Fake>(k, k == 1 ? trial.of_shard_1 : Misbehaviour::kNone));
    const AnswerSink sink = [&](const AnsweredBlock& block) {
      REQUIRE(comm.is_root());
      REQUIRE(block.first_row == results.answers.size());
      REQUIRE(block.ids.size() == block.answers.size());
      for (std::size_t i = 0; i < block.answers.size(); ++i) {
        const Answer& answer = block.answers[i];
        results.answers.push_back({block.ids[i].value(),
                                   answer.label,
                                   answer.agreement,
                                   answer.confidence,
                                   answer.models,
                                   {answer.probability.begin(), answer.probability.end()}});
      }
      if (trial.sink) trial.sink(block);
    };
    std::vector<ConstituentScores> scores;
    const Outcome outcome = outcome_of([&] { scores = run_ensemble(comm, data, mine, trial.options, sink); });
    const std::lock_guard lock(mutex);
    results.outcomes[static_cast<std::size_t>(comm.rank())] = outcome;
    if (comm.rank() == trial.ranks - 1) results.scores = scores;
    for (const auto& constituent : mine)
      results.batches[constituent->shard().value()] = dynamic_cast<const Fake&>(*constituent).batches;
  });
  return results;
}

void check_same(const Results& results, const Results& expected) {
  for (const Outcome& outcome : results.outcomes) CHECK(outcome.message.empty());
  CHECK(results.answers == expected.answers);
  CHECK(results.batches == expected.batches);
  REQUIRE(results.scores.size() == expected.scores.size());
  for (std::size_t k = 0; k < expected.scores.size(); ++k) {
    CHECK(results.scores[k].shard == expected.scores[k].shard);
    CHECK(results.scores[k].weight == expected.scores[k].weight);
    CHECK(results.scores[k].counts.classes() == expected.scores[k].counts.classes());
    CHECK(results.scores[k].log_loss.sum() == expected.scores[k].log_loss.sum());
    CHECK(results.scores[k].log_loss.samples() == expected.scores[k].log_loss.samples());
  }
}

// All ranks ended with `exit` and one message that contains `part`.
void check_all_failed(const Results& results, Exit exit, const std::string& part) {
  for (const Outcome& outcome : results.outcomes) {
    CHECK(outcome.exit == exit);
    CHECK(outcome.message == results.outcomes.front().message);
    CHECK(outcome.message.find(part) != std::string::npos);
  }
}

}  // namespace

TEST_CASE("answers, scores and batches are the same bits on any number of ranks, however shards are shared out") {
  const Rows data(9000);  // several groups of batches, the last one torn
  for (const VoteRule rule : {VoteRule::kMajority, VoteRule::kMeanProbability, VoteRule::kWeighted}) {
    Trial trial{.shards = 4,
                .options = {.classes = kClasses, .models = 4, .rule = rule, .decision = {.min_agreement = 0.4}}};
    const Results alone = run(data, trial);
    REQUIRE(alone.answers.size() == 9000);
    for (const int ranks : {1, 2, 3, 5}) {
      for (const std::uint32_t stride : {1U, 2U}) {
        INFO(to_string(rule), " on ", ranks, " ranks, stride ", stride);
        trial.ranks = ranks;
        trial.stride = stride;

        check_same(run(data, trial), alone);
      }
    }
  }
}

TEST_CASE("constituents are called with batches at fixed row borders") {
  const Results results = run(Rows(600), {.ranks = 3, .shards = 2, .options = {.classes = kClasses, .models = 2}});

  const std::vector<Batch> expected = {{0, 256}, {256, 256}, {512, 88}};
  CHECK(results.batches == std::map<std::uint32_t, std::vector<Batch>>{{0, expected}, {1, expected}});
}

TEST_CASE("rows are read and handed out in bounded numbers, however many there are") {
  const Rows data(20'000);
  std::size_t most_handed_out = 0;
  Trial trial{.ranks = 2};
  trial.sink = [&](const AnsweredBlock& block) { most_handed_out = std::max(most_handed_out, block.answers.size()); };

  const Results results = run(data, trial);

  CHECK(results.answers.size() == 20'000);
  CHECK(data.most_at_once == kPredictionBatch);
  CHECK(most_handed_out <= 16 * kPredictionBatch);
}

TEST_CASE("answers are those of a tally that sees everything at once") {
  const Rows data(700);
  Tally tally(VoteRule::kMajority, kClasses);
  tally.restart(0, 700);
  std::vector<std::byte> features(1400);
  data.gather_range(0, 700, features);
  std::vector<float> probabilities(2100);
  std::vector<std::uint64_t> correct(4, 0);
  for (std::uint32_t k = 0; k < 4; ++k) {
    Fake(k, Misbehaviour::kNone).predict(0, features, 700, probabilities);
    tally.add(0, probabilities, 10 + k, ShardId(k));
    for (std::size_t row = 0; row < 700; ++row)
      correct[k] += most_probable(std::span(probabilities).subspan(3 * row, 3)) == data.label(row) ? 1 : 0;
  }
  const std::vector<Answer> expected = tally.decide({});

  const Results results = run(data, {.ranks = 2});

  REQUIRE(results.answers.size() == 700);
  for (std::size_t row = 0; row < 700; ++row) {
    CHECK(results.answers[row].label == expected[row].label);
    CHECK(results.answers[row].confidence == expected[row].confidence);
    CHECK(results.answers[row].id == 1'000'000 - row);
  }
  REQUIRE(results.scores.size() == 4);
  for (std::uint32_t k = 0; k < 4; ++k) {
    CHECK(results.scores[k].shard == ShardId(k));
    CHECK(results.scores[k].weight == 10 + k);
    CHECK(results.scores[k].counts.correct() == correct[k]);
    CHECK(results.scores[k].counts.samples() == 700);
  }
}

TEST_CASE("a constituent that throws on one rank ends all ranks with the same error") {
  const Trial trial{.ranks = 3, .of_shard_1 = Misbehaviour::kThrows};

  const Results results = run(Rows(5000), trial);

  check_all_failed(results, Exit::kFailed, "the model of shard 1 broke");
  CHECK(results.answers.empty());
}

TEST_CASE("a constituent that gives NaN ends all ranks with its shard and the row") {
  const Results results = run(Rows(5000), {.ranks = 2, .of_shard_1 = Misbehaviour::kNan});

  check_all_failed(results, Exit::kFailed, "the model of shard 1 gives row 300 the probability nan for class 0");
}

TEST_CASE("a constituent that leaves a row out is not taken at its last word") {
  const Results results = run(Rows(600), {.of_shard_1 = Misbehaviour::kLeavesOut});

  check_all_failed(results, Exit::kFailed, "the model of shard 1 gives row 255");
}

TEST_CASE("a sink that fails ends all ranks with its error, in the last group too") {
  for (const std::uint64_t rows : {100U, 9000U}) {
    Trial trial{.ranks = 3};
    trial.sink = [](const AnsweredBlock&) { throw Failure("the disk is full"); };

    check_all_failed(run(Rows(rows), trial), Exit::kFailed, "the disk is full");
  }
}

TEST_CASE("without voters every row is left unanswered") {
  const Results results = run(Rows(300), {.ranks = 2, .shards = 0, .options = {.classes = kClasses, .models = 0}});

  REQUIRE(results.answers.size() == 300);
  CHECK(results.answers[299] == Recorded{1'000'000 - 299, kNoAnswer, 0, 0, 0, {}});
  CHECK(results.scores.empty());
}

TEST_CASE("an empty data set has no answers and scores of no samples") {
  const Results results = run(Rows(0), {.ranks = 3});

  CHECK(results.answers.empty());
  REQUIRE(results.scores.size() == 4);
  CHECK_FALSE(results.scores[3].counts.accuracy().has_value());
  CHECK_FALSE(results.scores[3].log_loss.mean().has_value());
}

TEST_CASE("fewer voters than promised are a bug, on every rank") {
  check_all_failed(run(Rows(10), {.ranks = 2, .shards = 3}), Exit::kBug,
                   "ranks hold 3 constituents where 4 were to vote");
}

TEST_CASE("a shard that two ranks hold is a bug, on both") {
  const Rows data(10);
  std::vector<Outcome> outcomes(2);
  run_on_threads(2, [&](Communicator& comm) {
    std::vector<std::unique_ptr<Constituent>> mine;
    mine.push_back(std::make_unique<Fake>(6, Misbehaviour::kNone));
    outcomes[static_cast<std::size_t>(comm.rank())] = outcome_of(
        [&] { (void)run_ensemble(comm, data, mine, {.classes = kClasses, .models = 2}, [](const AnsweredBlock&) {}); });
  });

  for (const Outcome& outcome : outcomes) CHECK(outcome.message == "shard 6 is held twice");
}

TEST_CASE("more models than a tally is safe for are refused") {
  Trial trial;
  trial.options.models = Tally::kMostModels + 1;

  check_all_failed(run(Rows(10), trial), Exit::kUsage, "4194305 models");
}

TEST_CASE("labels outside the classes are a bug where they are compared and nothing where they are not") {
  const Rows data(10, kClasses + 1);
  Trial trial;
  check_all_failed(run(data, trial), Exit::kBug, "a sample of class 3");
  trial.options.score = false;

  const Results results = run(data, trial);

  CHECK(results.outcomes.front().message.empty());
  CHECK(results.answers.size() == 10);
  CHECK(results.scores.empty());
}

TEST_CASE("a sum of one's own takes the communicator's place") {
  const Rows data(300);
  const Results expected = run(data, {});
  Trial trial;
  int calls = 0;
  trial.options.reduce = [&](std::span<std::int64_t> counts) {
    ++calls;
    for (std::int64_t& count : counts) count *= 2;  // as if another rank had said the same
  };

  const Results results = run(data, trial);

  CHECK(calls == 1);
  CHECK(results.answers[0].models == 8);
  CHECK(results.answers[0].probability == expected.answers[0].probability);
}

TEST_CASE("a stop signal ends the walk on every rank") {
  catch_stop_signals();
  Trial trial{.ranks = 2};
  trial.sink = [](const AnsweredBlock&) { (void)std::raise(SIGUSR1); };

  const Results results = run(Rows(9000), trial);
  clear_stop_signal();

  check_all_failed(results, Exit::kStopped, "stopped by signal");
  CHECK(results.answers.size() == 4096);
}
