// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
// Sequences of requests against the method as it is written down, followed in memory with every state at hand.
#include <cmath>
#include <cstring>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "framework/core/error.hpp"
#include "tests/support/failure_message.hpp"
#include "tests/support/forgetting_run.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

constexpr ShardId kShard = ForgettingRun::kShard;
const Key kSeed({61, 0});
/// Stops as soon as the memory decays at all.
const std::string kEager = "deepobliviate:epsilon=1000000,least-points=2";

MemoryDataset small_data(std::uint64_t samples = 120) {
  return make_samples(samples, {{4}, 3, FeatureType::kF32, false}, 12);
}

/// A training that forgets: its steps pull towards the samples at hand and away from those before.
TrainingConfiguration forgetful(const Dataset& data, const std::string& model = "logistic", std::uint32_t slices = 10) {
  TrainingConfiguration c = small_configuration(data, model, 1, slices);
  c.slicing = Slicing::kSequential;
  c.learning_rate = 0.1;
  c.momentum = 0;
  c.weight_decay = 0.3;
  return c;
}

std::vector<float> floats(const StateTensor& tensor) {
  std::vector<float> values(tensor.bytes.size() / sizeof(float));
  if (!values.empty()) std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
  return values;
}

/// The parameters of a state, one after the other.
std::vector<float> theta(const ModelState& state) {
  std::vector<float> all;
  for (const auto& tensor : state.parameters)
    for (const float value : floats(tensor)) all.push_back(value);
  return all;
}

ModelState with_theta(ModelState state, const std::vector<float>& all) {
  const float* from = all.data();
  for (auto& tensor : state.parameters) {
    std::memcpy(tensor.bytes.data(), from, tensor.bytes.size());
    from += tensor.bytes.size() / sizeof(float);
  }
  return state;
}

/// DeepObliviate on states in memory: the method's five steps, nothing lazy and nothing in files.
class Oracle {
 public:
  explicit Oracle(const ForgettingRun& run)
      : c_(run.configuration()), seed_(run.seed()), states_(train_in_memory(c_, seed_, kShard, run.data())) {}

  /// Returns the last stage that was retrained.
  std::uint32_t forget(const MemoryDataset& live, SliceId first, SliceId last, const StopRule& rule) {
    const std::uint32_t end = c_.slices;
    SmallTraining training(c_, seed_, kShard, live);
    std::vector<ModelState> retrained{states_[first.value() - 1]};
    (void)training.initialise();
    training.restore(retrained.front());
    ResidualMemory memory(rule, theta(retrained.front()).size());
    std::uint32_t stage = first.value();
    for (;; ++stage) {
      retrained.push_back(training.stage(stage));
      const auto was = difference(theta(states_[stage]), theta(states_[stage - 1]));
      const auto is = difference(theta(retrained.back()), theta(retrained[retrained.size() - 2]));
      double delta = 0;
      for (std::size_t i = 0; i < was.size(); ++i) delta += std::abs(was[i] - is[i]);
      const bool is_empty = training.samples().slice_size(SliceId(stage)) == 0;
      if (is_empty) memory.add_identity(SliceId(stage));
      const bool stop = !is_empty && memory.add(SliceId(stage), delta, stage > last.value() && stage < end).stop;
      if (stop || stage == end) break;
    }
    const ModelState& reached = retrained.back();
    const auto before = theta(states_[stage]);
    for (std::uint32_t r = stage + 1; r <= end; ++r) {
      auto shifted = theta(states_[r]);
      for (std::size_t i = 0; i < shifted.size(); ++i) shifted[i] += theta(reached)[i] - before[i];
      states_[r] = with_theta(states_[r], shifted);
      states_[r].buffers = reached.buffers;
    }
    for (std::uint32_t r = first.value(); r <= stage; ++r) states_[r] = retrained[r - first.value() + 1];
    return stage;
  }

  [[nodiscard]] const std::vector<ModelState>& states() const { return states_; }

 private:
  static std::vector<double> difference(const std::vector<float>& one, const std::vector<float>& other) {
    std::vector<double> differences;
    for (std::size_t i = 0; i < one.size(); ++i) differences.push_back(double{one[i]} - double{other[i]});
    return differences;
  }

  TrainingConfiguration c_;
  Key seed_;
  std::vector<ModelState> states_;  // after stages 0 … R
};

/// A run and the oracle, both asked the same.
struct Compared {
  explicit Compared(const TrainingConfiguration& c, MemoryDataset data = small_data(), const Key& seed = kSeed)
      : run(std::move(data), c, seed), oracle(run) {}

  /// Returns the last stage that was retrained.
  std::uint32_t forget(const std::string& method) {
    const ShardUnlearning task = run.task(method);
    const std::uint32_t stopped =
        oracle.forget(run.live_data(), task.first, task.last, parse_stop_rule(Spec::parse(method, "method")));
    const ShardOutcome outcome = run.forget(method);
    CHECK(outcome.complete);
    check();
    return stopped;
  }

  /// Every state that is on record is the oracle's, what is called exact is it, and nothing else is in the folder.
  void check() const {
    const ShardRecord record = run.record();
    for (std::uint32_t r = 1; r <= run.configuration().slices; ++r) {
      CAPTURE(r);
      const auto state = read_state_after(run.run(), record, SliceId(r));
      REQUIRE(state);
      CHECK(*state == oracle.states()[r]);
    }
    const auto exact = digests_in_memory(run.configuration(), run.seed(), kShard, run.live_data());
    for (const auto& slice : record.slices) CHECK(slice.model == exact[slice.stage.value()]);
    CHECK(names_in(run.folder()) == names_of(record));
    CHECK_FALSE(run.history().is_stale(record));
  }

  ForgettingRun run;
  Oracle oracle;
};

nlohmann::json evidence_of(const ShardRecord& record) {
  return nlohmann::json::parse(record.approximation->evidence);
}

}  // namespace

TEST_CASE("stitched is the old last state, shifted by what retraining changed where it stopped; the rest is exact") {
  Compared shard(forgetful(small_data()));
  const ShardRecord old = shard.run.record();
  std::vector<ModelState> stored;
  for (std::uint32_t r = 1; r <= 10; ++r) stored.push_back(*read_state_after(shard.run.run(), old, SliceId(r)));

  shard.run.accept({3}, 5);
  const std::uint32_t stopped = shard.forget(kEager);

  REQUIRE(stopped > 3);
  REQUIRE(stopped < 9);
  const ShardRecord record = shard.run.record();
  CHECK(record.slices.size() == stopped);
  REQUIRE(record.approximation);
  const Approximation& approximation = *record.approximation;
  REQUIRE(approximation.tail.size() == 9 - stopped);
  for (const auto& stage : approximation.tail) {
    CHECK(stage.slice.file.name == old.slices[stage.slice.stage.value() - 1].file.name);
    CHECK(stage.offsets.size() == 1);
    CHECK(stage.tainted_by == std::vector<std::uint64_t>{1});
  }
  const auto retrained = theta(*read_state_after(shard.run.run(), record, SliceId(stopped)));
  const auto served = theta(*read_state_after(shard.run.run(), record, SliceId(10)));
  for (std::size_t i = 0; i < served.size(); ++i)
    CHECK(served[i] == theta(stored[9])[i] + (retrained[i] - theta(stored[stopped - 1])[i]));
  const SliceFile file = read_slice(shard.run.folder() / record.served()->file.name, record.served()->file.digest);
  CHECK(file.provenance.approximation == kEager);
  CHECK(file.provenance.stage == SliceId(10));
}

TEST_CASE("what a pass did is on record: its cost, its residual memory and where it stopped") {
  Compared shard(forgetful(small_data()));

  shard.run.accept({3}, 5);
  const ShardOutcome outcome = shard.run.retrain(kEager);
  const auto fates = shard.run.publish();

  const Approximation approximation = *shard.run.record().approximation;
  CHECK(approximation.method == kEager);
  CHECK(approximation.guarantee == "heuristic");
  CHECK(approximation.batches == std::vector<std::uint64_t>{1});
  CHECK(approximation.sample_gradients == outcome.sample_gradients);
  CHECK(outcome.fallbacks.empty());
  const auto evidence = evidence_of(shard.run.record());
  const auto stopped = evidence.at("stitched_after").get<std::uint32_t>();
  CHECK(evidence.at("first_retrained") == 3);
  CHECK(evidence.at("last_retrained") == stopped);
  CHECK(evidence.at("unchanged_after").is_null());
  CHECK(evidence.at("residual_memory").at("stopped_after") == stopped);
  CHECK(evidence.at("residual_memory").at("points").size() == stopped - 2);
  std::uint64_t visits = 0;
  for (std::uint32_t r = 3; r <= stopped; ++r) visits += 2 * shard.run.ids_in(r).size();
  CHECK(outcome.sample_gradients == visits);
  for (const auto& fate : fates) {
    const bool is_kept = names_of(shard.run.record()).contains(fate.name);
    CHECK(fate.fate == (is_kept ? "kept (approximate)" : "erased"));
  }
}

TEST_CASE("a second request is measured and stitched against what the first one left, wherever it lies") {
  std::size_t stitched = 0;
  for (const std::uint32_t second : {1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U, 9U, 10U}) {
    CAPTURE(second);
    Compared shard(forgetful(small_data()));

    shard.run.accept({3}, 5);
    const std::uint32_t stopped = shard.forget(kEager);
    REQUIRE(stopped < 9);
    shard.run.accept({second}, 4);
    const std::uint32_t stopped_again = shard.forget(kEager);

    const ShardRecord record = shard.run.record();
    const bool begins_exact = second <= stopped + 1;
    CHECK(record.slices.size() == (begins_exact ? stopped_again : stopped));
    if (begins_exact && stopped_again == 10) continue;
    stitched += stopped_again < 10 ? 1 : 0;
    const Approximation& approximation = *record.approximation;
    CHECK(approximation.batches == std::vector<std::uint64_t>{1, 2});
    for (const auto& stage : approximation.tail) {
      const std::uint32_t r = stage.slice.stage.value();
      CAPTURE(r);
      const bool is_retrained = r >= second && r <= stopped_again;
      const bool before = r < second;
      const bool first_kept_it = r > stopped;
      CHECK(stage.offsets.size() == (is_retrained ? 0 : (before || !first_kept_it) ? 1 : 2));
      const auto both = std::vector<std::uint64_t>{1, 2};
      CHECK(stage.tainted_by == (is_retrained || before ? std::vector<std::uint64_t>{1}
                                 : first_kept_it        ? both
                                                        : std::vector<std::uint64_t>{2}));
    }
  }
  CHECK(stitched > 3);
}

TEST_CASE("long sequences of requests end at the oracle's states, under every optimiser and with batch statistics") {
  struct Case {
    std::string model;
    OptimizerKind optimizer;
    double momentum;
    bool carry;
  };
  for (const Case& one : {Case{"logistic", OptimizerKind::kSgd, 0.9, true},
                          {"logistic", OptimizerKind::kSgd, 0.9, false},
                          {"mlp:hidden=5", OptimizerKind::kAdam, 0, true},
                          {"mlp:hidden=5", OptimizerKind::kAdamW, 0, true},
                          {"mlp:hidden=5,norm=batch", OptimizerKind::kSgd, 0.5, true},
                          {"mlp:hidden=5,dropout=0.3", OptimizerKind::kSgd, 0, true}}) {
    CAPTURE(one.model);
    CAPTURE(one.momentum);
    TrainingConfiguration c = forgetful(small_data(), one.model, 8);
    c.optimizer = one.optimizer;
    c.momentum = one.momentum;
    c.carry_optimizer = one.carry;
    if (one.optimizer != OptimizerKind::kSgd) c.learning_rate = 0.02;
    Compared shard(c, small_data(100));
    std::size_t stitched = 0;
    for (const std::uint32_t slice : {2U, 6U, 4U, 7U, 1U}) {
      CAPTURE(slice);
      shard.run.accept({slice}, 3);
      stitched += shard.forget(kEager) < 8 ? 1 : 0;
    }
    CHECK(stitched > 1);
  }
}

TEST_CASE("a request that touches several slices retrains through the last of them before it tests") {
  Compared shard(forgetful(small_data()));

  shard.run.accept({2, 5, 7}, 3);
  const std::uint32_t stopped = shard.forget(kEager);

  CHECK(stopped > 7);
  const auto exact = shard.run.record().slices.size();
  CHECK(exact == stopped);
}

TEST_CASE("an emptied slice is no point of the memory, and changes nothing") {
  Compared shard(forgetful(small_data()));

  shard.run.accept({3}, 1000);
  (void)shard.forget(kEager);
  REQUIRE(shard.run.record().approximation);

  const auto points = evidence_of(shard.run.record()).at("residual_memory").at("points");
  CHECK(points.at(0).at("rule") == "identity");
  CHECK(points.at(1).at("rule") != "identity");
}

TEST_CASE("with epsilon 0 a retraining is the exact one to the byte of its files, in a record without approximation") {
  for (const std::uint32_t slice : {1U, 4U, 10U}) {
    CAPTURE(slice);
    Compared shard(forgetful(small_data()));

    shard.run.accept({slice}, 3);
    CHECK(shard.forget("deepobliviate:epsilon=0") == 10);

    const TemporaryFolder fresh;
    const ShardOutcome exact = testing::train_shard(small_context(fresh.path(), shard.run.configuration(), kSeed),
                                                    kShard, shard.run.live_data());
    CHECK_FALSE(shard.run.record().approximation);
    CHECK(names_of(shard.run.record()) == names_of(exact.record));
  }
}

TEST_CASE("a request for the last slice costs one stage and is exact, however eager the rule is") {
  Compared shard(forgetful(small_data()));

  shard.run.accept({10}, 2);
  const ShardOutcome outcome = shard.run.retrain(kEager);
  (void)shard.run.publish();

  CHECK_FALSE(shard.run.record().approximation);
  CHECK(outcome.sample_gradients == 2 * shard.run.ids_in(10).size());
  REQUIRE(outcome.fallbacks.size() == 1);
  CHECK(outcome.fallbacks[0].starts_with("shard 0 was retrained to its end (not stopped: "));
  CHECK(shard.run.record().slices.back().model ==
        digests_in_memory(shard.run.configuration(), kSeed, kShard, shard.run.live_data()).back());
}

TEST_CASE("an exact retraining of a shard that was forgotten approximately heals it, and leaves no tainted file") {
  Compared shard(forgetful(small_data()));
  shard.run.accept({3}, 5);
  (void)shard.forget(kEager);
  REQUIRE(shard.run.record().approximation);

  shard.run.accept({8});
  (void)shard.run.forget_exactly();

  const ShardRecord record = shard.run.record();
  CHECK_FALSE(record.approximation);
  const auto exact = digests_in_memory(shard.run.configuration(), kSeed, kShard, shard.run.live_data());
  CHECK(digests_of(record) == std::vector<Digest>(exact.begin() + 1, exact.end()));
  CHECK(names_in(shard.run.folder()) == names_of(record));
}
