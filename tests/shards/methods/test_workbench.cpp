// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include <doctest/doctest.h>
#include <torch/torch.h>

#include "framework/core/error.hpp"
#include "shards/train/model_state.hpp"
#include "tests/shards/methods/method_trial.hpp"
#include "tests/support/failure_message.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

using Set = Workbench::Set;

double norm_of(const std::vector<torch::Tensor>& tensors) {
  double squares = 0;
  for (const auto& tensor : tensors) squares += tensor.to(torch::kFloat64).square().sum().item<double>();
  return std::sqrt(squares);
}

std::vector<torch::Tensor> difference(const std::vector<torch::Tensor>& a, const std::vector<torch::Tensor>& b) {
  std::vector<torch::Tensor> result;
  for (std::size_t i = 0; i < a.size(); ++i) result.push_back(a[i] - b[i]);
  return result;
}

std::string bug_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Bug& bug) {
    return bug.what();
  }
  return {};
}

}  // namespace

TEST_CASE("the counters say what was called, sample by sample") {
  const MethodTrial trial;
  std::uint64_t told = 0;
  MethodTask task = trial.task("by hand");
  task.hooks.visited = [&](std::uint64_t more, bool) { told += more; };
  const HandMade method(true, [](Workbench& bench) {
    const std::vector<std::uint32_t> three{4, 0, 7};
    const std::vector<std::uint32_t> two{1, 2};
    std::vector<torch::Tensor> gradients;
    bench.gradients(bench.batch(Set::kRetain, three, 0), gradients);
    bench.gradients(bench.batch(Set::kForget, two, 0), gradients);
    (void)bench.logits(bench.batch(Set::kRetain, three, 0, false));
    (void)bench.logits(bench.batch(Set::kForget, two, 0, false));
    (void)bench.hessian_vector_product(bench.batch(Set::kRetain, three, 0), bench.parameters());
    const std::vector<Workbench::Place> mixed{{Set::kForget, 3}, {Set::kRetain, 5}};
    bench.gradients(bench.mixed_batch(mixed, 0), gradients);
  });

  const auto done = trial.run(task, method);

  CHECK(
      done.cost ==
      MethodCost{
          {.sample_gradients = 3 + 2 + 2, .forward_passes = 3 + 2, .hessian_vector_products = 3, .hessian_columns = 0},
          2 + 2 + 1});
  CHECK(told == done.cost.sample_gradients);
  CHECK(done.result.complete);
  CHECK(done.result.fallbacks.empty());
}

TEST_CASE("a method that reads a set it said it would not is stopped, whichever way it tries") {
  const MethodTrial trial;
  const std::vector<std::uint32_t> one{0};
  const std::vector<Workbench::Place> mixed{{Set::kRetain, 0}, {Set::kForget, 0}};
  const HandMade plain(false, [&](Workbench& bench) { (void)bench.batch(Set::kForget, one, 0); });
  const HandMade hidden(false, [&](Workbench& bench) { (void)bench.mixed_batch(mixed, 0); });
  const HandMade counting(false, [&](Workbench& bench) { (void)bench.size(Set::kForget); });

  const HandMade greedy(MethodNeeds{.forget_set = true}, [&](Workbench& bench) { (void)bench.mixed_batch(mixed, 0); });

  CHECK(contains(bug_of([&] { (void)trial.run(trial.task("sly"), greedy); }), "'sly' reads the retain set"));
  for (const auto* method : {&plain, &hidden})
    CHECK(contains(bug_of([&] { (void)trial.run(trial.task("sly"), *method); }), "'sly' reads the forget set"));
  CHECK(trial.run(trial.task("fair"), counting).cost == MethodCost{});
}

TEST_CASE("a method that returns another model without paying for it is caught by its account") {
  const MethodTrial trial;
  const ModelState other = trial.run("finetune").state;
  const HandMade thief(false, [&](Workbench& bench) { restore_state(other, bench.model(), nullptr); });

  const auto stolen = trial.run(trial.task("thief"), thief);

  REQUIRE((stolen.state.parameters == other.parameters));
  CHECK(contains(bug_of([&] { check_account(stolen.cost, trial.trained(), stolen.state, "thief"); }),
                 "'thief' changed 'linear1.weight' and did no work"));
}

TEST_CASE("every method's own account is in order") {
  const MethodTrial trial;

  for (const auto* method : bench_methods()) {
    CAPTURE(method->name);
    const auto done = trial.run(std::string(method->name));

    CHECK_NOTHROW(check_account(done.cost, trial.trained(), done.state, std::string(method->name)));
    CHECK((done.cost.sample_gradients > 0) == (method->name != "identity"));
    CHECK((done.cost.forget_samples_read > 0) == method->needs.forget_set);
  }
}

TEST_CASE("buffers that changed without any work are caught as well") {
  const MethodTrial trial("mlp:hidden=8,norm=batch");
  ModelState result = trial.trained();
  REQUIRE(!result.buffers.empty());
  result.buffers[0].bytes[0] ^= std::byte{1};

  CHECK(contains(bug_of([&] { check_account({}, trial.trained(), result, "sly"); }), "norm1.running_mean"));
}

TEST_CASE("gradients are those that training computes: one step of them is one step of training") {
  const MethodTrial trial("mlp:hidden=8,norm=batch");
  const std::vector<std::uint32_t> places{3, 1, 4, 9};
  std::vector<torch::Tensor> found;
  double loss = 0;
  const HandMade method(false, [&](Workbench& bench) {
    loss = bench.gradients(bench.batch(Set::kRetain, places, 0, false), found);
    const Batch batch = bench.batch(Set::kRetain, places, 0, false);
    const torch::Tensor logits = bench.model().logits(batch.input, batch.pass);
    const auto expected = torch::nn::functional::cross_entropy(logits, batch.labels);
    expected.backward();

    CHECK(loss == doctest::Approx(expected.item<double>()));
    for (std::size_t i = 0; i < found.size(); ++i)
      CHECK(torch::allclose(found[i], bench.parameters()[i].grad(), 1e-5, 1e-7));
  });

  (void)trial.run(trial.task("by hand"), method);

  CHECK(norm_of(found) > 0);
}

TEST_CASE("a Hessian-vector product is the change of the gradient along the vector") {
  struct Case {
    std::string model;
    std::vector<std::int64_t> shape;
  };
  for (const auto& c : {Case{"mlp:hidden=8x6,activation=tanh", {9}}, Case{"lenet:activation=tanh", {1, 16, 16}}}) {
    CAPTURE(c.model);
    const MethodTrial trial(c.model, c.shape, 25);
    const HandMade method(false, [&](Workbench& bench) {
      const std::vector<std::uint32_t> places{0, 3, 5, 6, 8};
      // Along another batch's gradient, where there is curvature: in most directions there is next to none.
      const std::vector<std::uint32_t> others{1, 2, 7};
      std::vector<torch::Tensor> vector;
      bench.gradients(bench.batch(Set::kRetain, others, 0, false), vector);
      const auto product = bench.hessian_vector_product(bench.batch(Set::kRetain, places, 0, false), vector);

      const double step = 1e-3 / norm_of(vector);
      const auto gradient_at = [&](double along) {
        const torch::NoGradGuard no_gradients;
        const auto parameters = bench.parameters();
        for (std::size_t i = 0; i < parameters.size(); ++i) parameters[i].add_(vector[i], along);
        std::vector<torch::Tensor> gradients;
        {
          const torch::AutoGradMode with_gradients(true);
          bench.gradients(bench.batch(Set::kRetain, places, 0, false), gradients);
        }
        for (std::size_t i = 0; i < parameters.size(); ++i) parameters[i].sub_(vector[i], along);
        return gradients;
      };
      auto slope = difference(gradient_at(step), gradient_at(-step));
      for (auto& tensor : slope) tensor /= 2 * step;

      CHECK(norm_of(product) > 0);
      CHECK(norm_of(difference(product, slope)) / norm_of(slope) < 0.01);
    });

    (void)trial.run(trial.task("by hand"), method);
  }
}

TEST_CASE("a budget is never exceeded, and a method that it ends says so") {
  const MethodTrial trial;
  for (const std::uint64_t budget : {0, 1, 8, 20, 31}) {
    for (const auto* entry : bench_methods()) {
      CAPTURE(entry->name);
      CAPTURE(budget);
      const auto done = trial.run(std::string(entry->name), [&](MethodTask& task) { task.budget = budget; });
      const auto free = trial.run(std::string(entry->name));

      CHECK(done.cost.sample_gradients <= budget);
      CHECK(done.result.complete);
      CHECK(done.result.fallbacks.empty() == (free.cost.sample_gradients <= budget));
      CHECK_NOTHROW(check_account(done.cost, trial.trained(), done.state, std::string(entry->name)));
    }
  }
}

TEST_CASE("a method that does not ask before it spends more than its budget is stopped") {
  const MethodTrial trial;
  MethodTask task = trial.task("spender");
  task.budget = 5;
  const std::vector<std::uint32_t> three{0, 1, 2};
  std::vector<torch::Tensor> gradients;
  const HandMade by_gradients(false, [&](Workbench& bench) {
    for (int i = 0; i < 2; ++i) bench.gradients(bench.batch(Set::kRetain, three, 0), gradients);
  });
  const HandMade by_products(false, [&](Workbench& bench) {
    (void)bench.hessian_vector_product(bench.batch(Set::kRetain, three, 0), bench.parameters());
  });

  CHECK(contains(bug_of([&] { (void)trial.run(task, by_gradients); }), "3 sample-gradients after 3"));
  CHECK(contains(bug_of([&] { (void)trial.run(task, by_products); }), "more than its budget of 5"));
}

TEST_CASE("a method that is asked to stop is put down between batches") {
  const MethodTrial trial;
  std::uint64_t polls = 0;

  const auto done = trial.run("finetune", [&](MethodTask& task) {
    task.hooks.stop = [&] { return ++polls > 2 ? StopRequest::kNow : StopRequest::kGoOn; };
  });

  CHECK(!done.result.complete);
  CHECK(done.cost.sample_gradients == 2 * static_cast<std::uint64_t>(trial.configuration().batch_size));
}

TEST_CASE("an epoch has every sample once, in an order of its own, and no lone sample where batches are normalised") {
  const MethodTrial trial("mlp:hidden=8,norm=batch");
  const HandMade method(true, [&](Workbench& bench) {
    const auto flat = [](const auto& batches) {
      std::vector<std::uint32_t> places;
      for (const auto& batch : batches) places.insert(places.end(), batch.begin(), batch.end());
      return places;
    };
    const std::uint64_t size = bench.size(Set::kRetain);
    const auto batch_size = static_cast<std::int64_t>(size - 1);
    const auto batches = bench.epoch(Set::kRetain, 0, batch_size);
    auto places = flat(batches);

    CHECK(batches.size() == 1);
    CHECK(bench.epoch(Set::kRetain, 0, batch_size, /*training=*/false).size() == 2);
    CHECK(places != flat(bench.epoch(Set::kRetain, 1, batch_size)));
    CHECK(places == flat(bench.epoch(Set::kRetain, 0, 5)));
    std::ranges::sort(places);
    REQUIRE(places.size() == size);
    for (std::uint32_t i = 0; i < size; ++i) CHECK(places[i] == i);
    std::size_t mixed = 0;
    for (const auto& batch : bench.mixed_epoch(0, 4)) mixed += batch.size();
    CHECK(mixed == size + bench.size(Set::kForget));
  });

  (void)trial.run(trial.task("by hand"), method);
}
