// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
// The time of one training step, over the time of the matrix products that it can't do without. Both run in one
// process, on one thread, with the same BLAS kernel; read the ratio of the rows, not their absolute times.

#include <benchmark/benchmark.h>
#include <torch/torch.h>

#include "framework/device/numerics.hpp"
#include "framework/model/model.hpp"
#include "shards/train/gradient_step.hpp"

namespace expunge {
namespace {

TrainingConfiguration configuration_of(const std::string& model, std::vector<std::int64_t> shape, std::int64_t classes,
                                       double momentum) {
  TrainingConfiguration c;
  c.model = model;
  c.shape = std::move(shape);
  c.classes = classes;
  c.momentum = momentum;
  c.learning_rate = 1e-3;
  return c;
}

struct Workload {
  TrainingConfiguration configuration;
  std::int64_t batch;
};

Workload mlp(double momentum) {
  return {configuration_of("mlp:hidden=128,activation=tanh", {600}, 100, momentum), 32};
}
Workload purchase() {
  return {configuration_of("mlp:hidden=128,activation=tanh", {600}, 2, 0), 16};
}
Workload lenet() {
  return {configuration_of("lenet", {1, 28, 28}, 10, 0.9), 32};
}

Batch batch_of(const Workload& work, std::vector<std::uint64_t>& ids) {
  std::vector<std::int64_t> sizes{work.batch};
  sizes.insert(sizes.end(), work.configuration.shape.begin(), work.configuration.shape.end());
  ids.resize(static_cast<std::size_t>(work.batch));
  return {torch::rand(sizes), torch::randint(work.configuration.classes, {work.batch}, torch::kInt64),
          Pass{true, ids, Key{}}};
}

void run_step(benchmark::State& state, const Workload& work, bool is_static) {
  const auto& c = work.configuration;
  const auto model = make_model(Spec::parse(c.model, "model"), {c.shape, c.classes});
  initialise(*model, Key::parse("7"));
  Optimizer optimizer(c, model->parameters());
  const auto step = is_static ? make_static_step(model->dense_stack(), 0) : make_autograd_step(model, 0);
  std::vector<std::uint64_t> ids;
  const Batch batch = batch_of(work, ids);
  for (auto _ : state) {
    optimizer.begin_step(c.learning_rate);
    step->run(batch, optimizer, nullptr);
  }
  state.SetItemsProcessed(state.iterations() * work.batch);
}

/// The products of one step of a dense stack: forward, weight gradients, and input gradients but for the first layer's.
void run_products(benchmark::State& state, const Workload& work, const std::vector<std::int64_t>& widths) {
  const torch::NoGradGuard no_gradients;
  struct Layer {
    torch::Tensor input, output, weight, weight_gradient;
  };
  std::vector<Layer> layers;
  for (std::size_t l = 0; l + 1 < widths.size(); ++l)
    layers.push_back({torch::rand({work.batch, widths[l]}), torch::rand({work.batch, widths[l + 1]}),
                      torch::rand({widths[l + 1], widths[l]}), torch::rand({widths[l + 1], widths[l]})});
  for (auto _ : state) {
    for (auto& layer : layers) at::mm_out(layer.output, layer.input, layer.weight.t());
    for (std::size_t l = layers.size(); l-- > 0;) {
      at::mm_out(layers[l].weight_gradient, layers[l].output.t(), layers[l].input);
      if (l > 0) at::mm_out(layers[l].input, layers[l].output, layers[l].weight);
    }
  }
  state.SetItemsProcessed(state.iterations() * work.batch);
}

/// LeNet's products as plain matrix products: its convolutions unrolled (im2col), without the unrolling itself.
void run_lenet_products(benchmark::State& state, const Workload& work) {
  const torch::NoGradGuard no_gradients;
  struct Product {
    torch::Tensor input, output, weight;
    bool first;
  };
  std::vector<Product> products;
  const auto add = [&](std::int64_t rows, std::int64_t in, std::int64_t out, bool first) {
    products.push_back({torch::rand({rows, in}), torch::rand({rows, out}), torch::rand({out, in}), first});
  };
  const std::int64_t b = work.batch;
  add(b * 28 * 28, 25, 6, true);
  add(b * 10 * 10, 150, 16, false);
  add(b, 400, 120, false);
  add(b, 120, 84, false);
  add(b, 84, 10, false);
  for (auto _ : state) {
    for (auto& p : products) at::mm_out(p.output, p.input, p.weight.t());
    for (auto& p : products) {
      at::mm_out(p.weight, p.output.t(), p.input);
      if (!p.first) at::mm_out(p.input, p.output, p.weight);
    }
  }
  state.SetItemsProcessed(state.iterations() * b);
}

void register_all() {
  const auto add = [](const char* name, auto function) {
    benchmark::RegisterBenchmark(name, function)->Unit(benchmark::kMicrosecond);
  };
  add("mlp-600-128-100/batch-32/products", [](auto& s) { run_products(s, mlp(0), {600, 128, 100}); });
  add("mlp-600-128-100/batch-32/static", [](auto& s) { run_step(s, mlp(0), true); });
  add("mlp-600-128-100/batch-32/static-momentum", [](auto& s) { run_step(s, mlp(0.9), true); });
  add("mlp-600-128-100/batch-32/autograd", [](auto& s) { run_step(s, mlp(0), false); });
  add("mlp-600-128-100/batch-32/autograd-momentum", [](auto& s) { run_step(s, mlp(0.9), false); });
  add("w1-600-128-2/batch-16/products", [](auto& s) { run_products(s, purchase(), {600, 128, 2}); });
  add("w1-600-128-2/batch-16/static", [](auto& s) { run_step(s, purchase(), true); });
  add("w1-600-128-2/batch-16/autograd", [](auto& s) { run_step(s, purchase(), false); });
  add("lenet/batch-32/products", [](auto& s) { run_lenet_products(s, lenet()); });
  add("lenet/batch-32/autograd-momentum", [](auto& s) { run_step(s, lenet(), false); });
}

}  // namespace
}  // namespace expunge

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  expunge::set_numerics(1);
  expunge::register_all();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
