// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
// The time of one training step over the time of the matrix products that it can't do without. Both run by turns in one
// process, on one thread, with the BLAS kernel that the program itself would use, on tensors of the same shapes.

#include <benchmark/benchmark.h>
#include <torch/torch.h>

#include "framework/device/blas.hpp"
#include "framework/device/numerics.hpp"
#include "launcher/process/environment.hpp"
#include "shards/train/constituent_parts.hpp"
#include "shards/train/gradient_step.hpp"
#include "tests/bench/paired_timing.hpp"

namespace expunge {
namespace {

struct Workload {
  TrainingConfiguration configuration;
  std::int64_t batch;
};

Workload workload(const std::string& model, std::vector<std::int64_t> shape, std::int64_t classes, std::int64_t batch,
                  double momentum) {
  TrainingConfiguration c;
  c.model = model;
  c.shape = std::move(shape);
  c.classes = classes;
  c.momentum = momentum;
  c.learning_rate = 1e-3;
  return {c, batch};
}
Workload mlp(double momentum) {
  return workload("mlp:hidden=128,activation=tanh", {600}, 100, 32, momentum);
}
Workload w1() {
  return workload("mlp:hidden=128,activation=tanh", {600}, 2, 16, 0);
}
Workload lenet() {
  return workload("lenet", {1, 28, 28}, 10, 32, 0.9);
}

/// One model, its optimiser and one batch, trained again and again.
class Step {
 public:
  Step(const Workload& work, bool is_static)
      : rate_(work.configuration.learning_rate),
        ids_(static_cast<std::size_t>(work.batch)),
        model_(model_of(work.configuration)),
        optimizer_(optimizer_options_of(work.configuration), model_->parameters()),
        step_(is_static ? make_static_step(model_->dense_stack(), loss_of(work.configuration))
                        : make_autograd_step(model_, loss_of(work.configuration))) {
    model_->initialise(Key::parse("7"));
    std::vector<std::int64_t> sizes{work.batch};
    sizes.insert(sizes.end(), work.configuration.shape.begin(), work.configuration.shape.end());
    batch_ = {torch::rand(sizes), torch::randint(work.configuration.classes, {work.batch}, torch::kInt64),
              Pass{true, ids_, Key{}}};
  }

  void run() {
    optimizer_.begin_step(rate_);
    step_->run(batch_, optimizer_, nullptr);
  }

 private:
  double rate_;
  std::vector<std::uint64_t> ids_;
  std::shared_ptr<Model> model_;
  Optimizer optimizer_;
  std::unique_ptr<GradientStep> step_;
  Batch batch_;
};

/// The products of one step, and nothing else: for each layer y = x·wᵗ, then ∂w = ∂yᵗ·x and, but for the first layer,
/// ∂x = ∂y·w. Every operand has a tensor of its own, and views are made once.
class Products {
 public:
  /// A layer of `rows` rows from `in` to `out` features. For a convolution a row is a place of the output and `in` a
  /// patch of the input: the unrolling itself (im2col) is not counted.
  void add(std::int64_t rows, std::int64_t in, std::int64_t out) {
    Layer layer;
    layer.input = torch::rand({rows, in});
    layer.weight = torch::rand({out, in});
    layer.output = torch::empty({rows, out});
    layer.output_gradient = torch::rand({rows, out});
    layer.input_gradient = torch::empty({rows, in});
    layer.weight_gradient = torch::empty({out, in});
    layer.weight_transposed = layer.weight.t();
    layer.output_gradient_transposed = layer.output_gradient.t();
    layers_.push_back(layer);
  }

  void run() {
    const torch::NoGradGuard no_gradients;
    for (auto& layer : layers_) at::mm_out(layer.output, layer.input, layer.weight_transposed);
    for (std::size_t l = layers_.size(); l-- > 0;) {
      Layer& layer = layers_[l];
      at::mm_out(layer.weight_gradient, layer.output_gradient_transposed, layer.input);
      if (l > 0) at::mm_out(layer.input_gradient, layer.output_gradient, layer.weight);
    }
  }

 private:
  struct Layer {
    torch::Tensor input, weight, weight_transposed, output;
    torch::Tensor output_gradient, output_gradient_transposed, input_gradient, weight_gradient;
  };
  std::vector<Layer> layers_;
};

Products products_of_dense(std::int64_t batch, const std::vector<std::int64_t>& widths) {
  Products products;
  for (std::size_t l = 0; l + 1 < widths.size(); ++l) products.add(batch, widths[l], widths[l + 1]);
  return products;
}

Products products_of_lenet(std::int64_t batch) {
  Products products;
  products.add(batch * 28 * 28, 25, 6);
  products.add(batch * 10 * 10, 150, 16);
  products.add(batch, 400, 120);
  products.add(batch, 120, 84);
  products.add(batch, 84, 10);
  return products;
}

void compare_step(benchmark::State& state, const Workload& work, bool is_static, Products products) {
  Step step(work, is_static);
  bench::compare(
      state, bench::Clock::kProcessor, [&] { step.run(); }, [&] { products.run(); });
}

void register_all() {
  const auto add = [](const char* name, const Workload& work, bool is_static, const Products& products) {
    benchmark::RegisterBenchmark(name, [=](benchmark::State& state) {
      compare_step(state, work, is_static, products);
    })->UseManualTime();
  };
  const Products of_mlp = products_of_dense(32, {600, 128, 100});
  const Products of_w1 = products_of_dense(16, {600, 128, 2});
  add("step/mlp-600-128-100/batch-32/static", mlp(0), true, of_mlp);
  add("step/mlp-600-128-100/batch-32/static-momentum", mlp(0.9), true, of_mlp);
  add("step/mlp-600-128-100/batch-32/autograd", mlp(0), false, of_mlp);
  add("step/mlp-600-128-100/batch-32/autograd-momentum", mlp(0.9), false, of_mlp);
  add("step/w1-600-128-2/batch-16/static", w1(), true, of_w1);
  add("step/w1-600-128-2/batch-16/autograd", w1(), false, of_w1);
  add("step/lenet/batch-32/autograd-momentum", lenet(), false, products_of_lenet(32));
}

}  // namespace
}  // namespace expunge

int main(int argc, char** argv) {
  expunge::restart_with_better_blas_kernel(argv);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  expunge::set_numerics(1);
  benchmark::AddCustomContext("blas_kernel", expunge::linked_blas().kernel);
  expunge::register_all();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
