// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <thread>

#include <doctest/doctest.h>

#include "shards/methods/descent.hpp"
#include "shards/methods/wrong_label.hpp"
#include "shards/train/model_state.hpp"
#include "tests/shards/methods/method_trial.hpp"
#include "tests/support/failure_message.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

using Names = std::vector<std::string>;

/// What share of the forget set a state labels as the data does.
double accuracy_of(const MethodTrial& trial, const ModelState& state) {
  double accuracy = 0;
  const HandMade look(true, [&](Workbench& bench) {
    restore_state(state, bench.model(), nullptr);
    accuracy = forget_accuracy(bench);
  });
  (void)trial.run(trial.task("look"), look);
  return accuracy;
}

/// What share of the retain set a state labels as the data does: as `accuracy_of`, with the sets' places changed.
double retained_accuracy_of(const MethodTrial& trial, const ModelState& state) {
  double accuracy = 0;
  const HandMade look(true, [&](Workbench& bench) {
    restore_state(state, bench.model(), nullptr);
    accuracy = forget_accuracy(bench);
  });
  const MethodTask task = trial.task("look");
  (void)trial.run(MethodTask{task.spec, task.configuration, task.seed, task.shard, task.batch, task.trained,
                             task.forget, task.retain, task.device},
                  look);
  return accuracy;
}

}  // namespace

TEST_CASE("identity changes no bit, at no cost, and promises nothing") {
  const MethodTrial trial("mlp:hidden=8,norm=batch");

  const auto done = trial.run("identity");

  CHECK(changed_tensors(trial.trained(), done.state).empty());
  CHECK(done.cost == MethodCost{});
  CHECK(done.result.guarantee == Guarantee::none());
}

TEST_CASE("the same method on the same bench gives the same bits, in any thread; of another batch or option, others") {
  for (const std::string model : {"mlp:hidden=8x6,dropout=0.2", "mlp:hidden=8x6,norm=batch"}) {
    const MethodTrial trial(model);
    for (const auto* entry : bench_methods()) {
      CAPTURE(entry->name);
      const std::string spec(entry->name);
      const auto first = trial.run(spec);

      ModelState elsewhere;
      std::thread([&] { elsewhere = trial.run(spec).state; }).join();
      const auto of_next_batch = trial.run(spec, [](MethodTask& task) { task.batch = 2; });

      CHECK(elsewhere == first.state);
      CHECK((of_next_batch.state == first.state) == (spec == "identity"));
    }
  }
}

TEST_CASE("finetune visits the retain set as often as it is told, and nothing else") {
  const MethodTrial trial;

  const auto done = trial.run("finetune:epochs=3,lr=0.01,batch-size=7");

  CHECK(done.cost.sample_gradients == 3 * trial.retain().size());
  CHECK(done.cost.forget_samples_read == 0);
  CHECK(done.result.guarantee == Guarantee::heuristic());
  CHECK(changed_tensors(trial.trained(), done.state).size() == 6);
}

TEST_CASE("neggrad makes the model label fewer of the samples as they are labelled") {
  const MethodTrial trial;

  const auto done = trial.run("neggrad:epochs=40,lr=0.1");

  CHECK(accuracy_of(trial, trial.trained()) > 0.9);
  CHECK(accuracy_of(trial, done.state) < 0.5);
  CHECK(done.cost.forward_passes == 0);
}

TEST_CASE("neggrad stops where the forget accuracy is as low as it was told") {
  const MethodTrial trial;

  const auto whole = trial.run("neggrad:epochs=40,lr=0.1");
  const auto half = trial.run("neggrad:epochs=40,lr=0.1,until=0.7");
  const auto none = trial.run("neggrad:epochs=40,lr=0.1,until=1");

  CHECK(half.cost.sample_gradients < whole.cost.sample_gradients);
  CHECK(half.cost.forward_passes > 0);
  CHECK(accuracy_of(trial, half.state) <= 0.7);
  CHECK(changed_tensors(trial.trained(), none.state).empty());
}

TEST_CASE("a step of neggrad moves the parameters by its rate times its clip at most") {
  const MethodTrial trial;

  const auto done = trial.run("neggrad:epochs=1,lr=0.5,clip=0.001,batch-size=1000");

  double squares = 0;
  for (std::size_t i = 0; i < done.state.parameters.size(); ++i) {
    const Bytes& before = trial.trained().parameters[i].bytes;
    const Bytes& after = done.state.parameters[i].bytes;
    for (std::size_t at = 0; at < before.size(); at += sizeof(float)) {
      float a = 0;
      float b = 0;
      std::memcpy(&a, before.data() + at, sizeof(float));
      std::memcpy(&b, after.data() + at, sizeof(float));
      squares += std::pow(double{a} - b, 2);
    }
  }
  CHECK(squares > 0);
  CHECK(std::sqrt(squares) <= 0.5 * 0.001 * 1.01);
}

TEST_CASE("neggrad+ pairs every batch of the retain set with one of the forget set, as alpha weighs them") {
  const MethodTrial trial;
  const std::uint64_t retained = trial.retain().size();
  const std::uint64_t batches = (retained + 3) / 4;

  const auto done = trial.run("neggrad+:batch-size=4");
  const auto one_sided = trial.run("neggrad+:batch-size=4,alpha=1");
  const auto away = trial.run("neggrad+:alpha=0,epochs=20,lr=0.1");

  CHECK(done.cost.sample_gradients == retained + done.cost.forget_samples_read);
  CHECK(done.cost.forget_samples_read > 3 * batches);
  CHECK(done.cost.forget_samples_read <= 4 * batches);
  CHECK(done.state != one_sided.state);
  CHECK(accuracy_of(trial, away.state) < accuracy_of(trial, trial.trained()));
}

TEST_CASE("neggrad+ forgets a single sample without destroying the model, for its ascent is clipped") {
  const MethodTrial trial;
  const MemoryDataset& data = trial.data();
  constexpr SampleId kForgotten(23770);
  const ShardSamples one(data, Partition(Partitioner(Key(), 1, 1), data, [&](SampleId id) { return id == kForgotten; }),
                         ShardId(0));
  const MethodTask plain = trial.task("");
  const auto run = [&](const std::string& spec) {
    const MethodTask task{spec,          plain.configuration, plain.seed, plain.shard, 1,
                          plain.trained, plain.retain,        one,        plain.device};
    return trial.run(task, *make_method(Spec::parse(spec, "method")));
  };
  const double before = retained_accuracy_of(trial, trial.trained());

  const double clipped = retained_accuracy_of(trial, run("neggrad+:alpha=0.8,epochs=100").state);
  const double unclipped = retained_accuracy_of(trial, run("neggrad+:alpha=0.8,epochs=100,clip=1e9").state);

  REQUIRE(one.size() == 1);
  CHECK(clipped >= before);
  CHECK(unclipped < before - 0.3);
}

TEST_CASE("wrong labels are never right, reach every other class, and are drawn by key and sample alone") {
  const Key key({4, 4});
  for (const std::int64_t classes : {2, 3, 10}) {
    for (std::int64_t label = 0; label < classes; ++label) {
      std::vector<int> drawn(static_cast<std::size_t>(classes));
      for (std::uint64_t id = 0; id < 500; ++id) {
        const std::int64_t wrong = wrong_label(key, id, label, classes);
        REQUIRE(wrong >= 0);
        REQUIRE(wrong < classes);
        CHECK(wrong == wrong_label(key, id, label, classes));
        ++drawn[static_cast<std::size_t>(wrong)];
      }
      for (std::int64_t c = 0; c < classes; ++c) CHECK((drawn[static_cast<std::size_t>(c)] == 0) == (c == label));
    }
  }
  std::uint64_t other = 0;
  for (std::uint64_t id = 0; id < 100; ++id)
    other += wrong_label(key, id, 0, 10) != wrong_label(Key({4, 5}), id, 0, 10) ? 1 : 0;
  CHECK(other > 50);
}

TEST_CASE("random-label trains on both sets together, and unlearns the labels of the one") {
  const MethodTrial trial;

  const auto once = trial.run("random-label");
  const auto often = trial.run("random-label:epochs=150");

  CHECK(once.cost.sample_gradients == trial.retain().size() + trial.forget().size());
  CHECK(once.cost.forget_samples_read == trial.forget().size());
  CHECK(accuracy_of(trial, often.state) < accuracy_of(trial, trial.trained()));
}

TEST_CASE("cf-k changes the last k layers and no bit of the others") {
  const MethodTrial trial;

  CHECK(changed_tensors(trial.trained(), trial.run("cf-k").state) == Names{"linear3.weight", "linear3.bias"});
  CHECK(changed_tensors(trial.trained(), trial.run("cf-k:k=2").state) ==
        Names{"linear2.weight", "linear2.bias", "linear3.weight", "linear3.bias"});
  const auto all = trial.run("cf-k:k=9");
  CHECK(changed_tensors(trial.trained(), all.state).size() == 6);
  REQUIRE(all.result.fallbacks.size() == 1);
  CHECK(contains(all.result.fallbacks[0], "fewer layers than k"));
}

TEST_CASE("cf-k and eu-k leave the running statistics of the other layers as they were") {
  const MethodTrial trial("mlp:hidden=8x6,norm=batch");

  for (const std::string method : {"cf-k", "eu-k"}) {
    CAPTURE(method);
    CHECK(changed_tensors(trial.trained(), trial.run(method + ":k=2").state) ==
          Names{"norm2.weight", "norm2.bias", "linear3.weight", "linear3.bias", "norm2.running_mean",
                "norm2.running_var"});
  }
}

TEST_CASE("eu-k trains the last k layers from their initial weights: what they had learned does not matter") {
  const MethodTrial trial;
  ModelState spoilt = trial.trained();
  for (auto& tensor : spoilt.parameters)
    if (tensor.name == "linear3.weight") std::ranges::fill(tensor.bytes, std::byte{0});
  const std::string spec = "eu-k";

  const auto done = trial.run(spec);

  MethodTask task = trial.task(spec);
  const MethodTask of_spoilt{task.spec, task.configuration, task.seed,   task.shard, task.batch,
                             spoilt,    task.retain,        task.forget, task.device};
  CHECK(trial.run(of_spoilt, *make_method(Spec::parse(spec, "method"))).state == done.state);
  CHECK(changed_tensors(trial.trained(), done.state) == Names{"linear3.weight", "linear3.bias"});
  CHECK(done.state != trial.run("cf-k").state);
}

TEST_CASE("a budget that holds no batch leaves the model as it is, layers to be trained anew included") {
  const MethodTrial trial;

  const auto done = trial.run("eu-k", [](MethodTask& task) { task.budget = 1; });

  CHECK(changed_tensors(trial.trained(), done.state).empty());
  REQUIRE(done.result.fallbacks.size() == 1);
  CHECK(contains(done.result.fallbacks[0], "its budget ended it after 0 sample-gradients"));
}

TEST_CASE("an empty set is worked with as far as that goes") {
  const MethodTrial trial;
  const MemoryDataset nothing = make_samples(0, {{9}, 3, FeatureType::kF32, false}, 8);
  const ShardSamples empty(nothing, Partition(Partitioner(Key(), 1, 1), nothing), ShardId(0));
  const MethodTask plain = trial.task("");

  for (const auto* entry : bench_methods()) {
    CAPTURE(entry->name);
    const auto method = make_method(Spec::parse(entry->name, "method"));
    const auto run_on = [&](const ShardSamples& retain, const ShardSamples& forget) {
      const MethodTask task{std::string(entry->name),
                            plain.configuration,
                            plain.seed,
                            plain.shard,
                            1,
                            plain.trained,
                            retain,
                            forget,
                            plain.device};
      return trial.run(task, *method);
    };

    const auto without_both = run_on(empty, empty);
    CHECK(changed_tensors(trial.trained(), without_both.state).empty());
    CHECK(without_both.result.fallbacks.empty() == (entry->name == "identity"));
    CHECK_NOTHROW((void)run_on(empty, plain.forget));
    CHECK_NOTHROW((void)run_on(plain.retain, empty));
  }
}
