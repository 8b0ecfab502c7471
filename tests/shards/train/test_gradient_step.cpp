// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <torch/torch.h>

#include "framework/device/numerics.hpp"
#include "shards/train/gradient_step.hpp"

using namespace expunge;

namespace {

const ModelShape kShape{{2, 3}, 4};

std::shared_ptr<Model> make(const std::string& spec, const ModelShape& shape = kShape) {
  set_numerics(1);
  auto model = make_model(Spec::parse(spec, "model"), shape);
  model->initialise(Key({6, 0}));
  return model;
}

/// A batch of `rows` samples; what is in it follows from `number`.
struct Made {
  Made(std::int64_t rows, std::uint64_t number, const ModelShape& shape = kShape) {
    std::vector<std::int64_t> sizes{rows};
    sizes.insert(sizes.end(), shape.input.begin(), shape.input.end());
    batch.input = torch::empty(sizes);
    batch.labels = torch::empty({rows}, torch::kInt64);
    const Key key({number, 5});
    for (std::int64_t i = 0; i < batch.input.numel(); ++i)
      batch.input.data_ptr<float>()[i] = 2 * unit_float(key.draw(static_cast<std::uint64_t>(i))) - 1;
    for (std::int64_t i = 0; i < rows; ++i) {
      const auto row = static_cast<std::uint64_t>(i);
      batch.labels.data_ptr<std::int64_t>()[i] =
          static_cast<std::int64_t>(key.draw(row, 1) % static_cast<std::uint64_t>(shape.classes));
      ids.push_back(100 + row);
    }
    batch.pass = {true, ids, Key({7, 0})};
  }
  std::vector<std::uint64_t> ids;
  Batch batch;
};

torch::Tensor torch_loss(const torch::Tensor& logits, const torch::Tensor& labels, double smoothing) {
  namespace F = torch::nn::functional;
  return F::cross_entropy(logits, labels, F::CrossEntropyFuncOptions().label_smoothing(smoothing));
}

std::shared_ptr<const Loss> loss(double smoothing) {
  return make_loss(Spec::parse(fmt::format("cross-entropy:smoothing={}", smoothing), "loss"));
}

std::vector<OptimizerOptions> optimisers() {
  std::vector<OptimizerOptions> all(5);
  all[0].momentum = 0;
  all[1].momentum = 0;
  all[1].weight_decay = 0.02;
  all[2].nesterov = true;
  all[2].weight_decay = 0.02;
  all[3].kind = OptimizerKind::kAdam;
  all[4].kind = OptimizerKind::kAdamW;
  all[4].weight_decay = 0.02;
  return all;
}

}  // namespace

TEST_CASE("autograd's step has the gradients of LibTorch's loss, for every architecture and norm") {
  const ModelShape image{{1, 12, 12}, 3};
  for (const std::string spec : {"logistic", "mlp:hidden=8x5,activation=tanh", "mlp:hidden=8,norm=batch",
                                 "mlp:hidden=8,norm=group,dropout=0.3", "lenet", "lenet:norm=batch,dropout=0.3"}) {
    for (const double smoothing : {0.0, 0.2}) {
      CAPTURE(spec);
      CAPTURE(smoothing);
      const Made made(6, 2, image);
      const auto model = make(spec, image);
      torch_loss(model->logits(made.batch.input, made.batch.pass), made.batch.labels, smoothing).backward();
      std::vector<torch::Tensor> expected;
      for (const auto& parameter : model->parameters()) expected.push_back(parameter.grad().clone());
      const auto twin = make(spec, image);
      Optimizer optimizer(OptimizerOptions{}, twin->parameters());
      std::vector<torch::Tensor> found;

      optimizer.begin_step(0.1);
      make_autograd_step(twin, loss(smoothing))->run(made.batch, optimizer, &found);

      REQUIRE(found.size() == expected.size());
      for (std::size_t i = 0; i < found.size(); ++i) {
        CAPTURE(i);
        CHECK(found[i].sizes() == expected[i].sizes());
        CHECK(torch::allclose(found[i], expected[i], 1e-4, 1e-6));
      }
    }
  }
}

TEST_CASE("the static step has autograd's gradients and ends at its parameters, to rounding") {
  for (const std::string spec :
       {"logistic", "mlp:hidden=8", "mlp:hidden=8,activation=tanh", "mlp:hidden=8x7", "mlp:hidden=8x7,activation=tanh",
        "mlp:hidden=8x7x5", "mlp:hidden=8x7x5,activation=tanh"}) {
    for (std::size_t o = 0; o < optimisers().size(); ++o) {
      for (const double smoothing : {0.0, 0.1}) {
        CAPTURE(spec);
        CAPTURE(o);
        CAPTURE(smoothing);
        const OptimizerOptions c = optimisers()[o];
        const double rate = c.kind == OptimizerKind::kSgd ? 0.1 : 0.001;
        const auto one = make(spec);
        const auto other = make(spec);
        Optimizer own(c, one->parameters());
        Optimizer reference(c, other->parameters());
        const auto step = make_static_step(one->dense_stack(), loss(smoothing));
        const auto expected = make_autograd_step(other, loss(smoothing));

        // Sizes that come and go, a batch of one among them.
        for (const std::int64_t rows : {8, 5, 1, 8, 3, 2, 9, 8}) {
          CAPTURE(rows);
          const Made made(rows, static_cast<std::uint64_t>(rows));
          std::vector<torch::Tensor> gradients;
          std::vector<torch::Tensor> expected_gradients;
          own.begin_step(rate);
          reference.begin_step(rate);
          step->run(made.batch, own, &gradients);
          expected->run(made.batch, reference, &expected_gradients);
          REQUIRE(gradients.size() == expected_gradients.size());
          for (std::size_t i = 0; i < gradients.size(); ++i) {
            CAPTURE(i);
            CHECK(torch::allclose(gradients[i], expected_gradients[i], 1e-3, 1e-5));
            CHECK(torch::allclose(one->parameters()[i], other->parameters()[i], 1e-3, 2e-5));
          }
        }
      }
    }
  }
}

TEST_CASE("asking a step for its gradients changes no bit of the update") {
  const auto check = [](const std::string& spec, bool is_static, const OptimizerOptions& c) {
    CAPTURE(spec);
    CAPTURE(is_static);
    const auto watched = make(spec);
    const auto alone = make(spec);
    Optimizer watched_optimizer(c, watched->parameters());
    Optimizer alone_optimizer(c, alone->parameters());
    const auto step_of = [&](const std::shared_ptr<Model>& model) {
      return is_static ? make_static_step(model->dense_stack(), loss(0.1)) : make_autograd_step(model, loss(0.1));
    };
    const auto watched_step = step_of(watched);
    const auto alone_step = step_of(alone);
    for (std::uint64_t i = 0; i < 5; ++i) {
      const Made made(i == 2 ? 3 : 8, i);
      std::vector<torch::Tensor> gradients;
      watched_optimizer.begin_step(0.05);
      alone_optimizer.begin_step(0.05);
      watched_step->run(made.batch, watched_optimizer, &gradients);
      alone_step->run(made.batch, alone_optimizer, nullptr);
    }
    for (std::size_t i = 0; i < watched->parameters().size(); ++i)
      CHECK(torch::equal(watched->parameters()[i], alone->parameters()[i]));
  };
  for (const auto& c : optimisers()) {
    check("mlp:hidden=8x5", true, c);
    check("mlp:hidden=8x5", false, c);
    check("mlp:hidden=8,norm=batch,dropout=0.3", false, c);
  }
}
