// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
// expunge with a data format, a model and an unlearning method of its own. Every command knows them: --help and compare
// too.
#include <cmath>
#include <numbers>

#include <torch/torch.h>

#include "framework/data/format.hpp"
#include "framework/model/architecture.hpp"
#include "framework/model/module_model.hpp"
#include "launcher/commands/command_line.hpp"
#include "shards/methods/catalogue.hpp"
#include "shards/methods/workbench.hpp"

using namespace expunge;

namespace {

/// Points of the plane in three rings around the origin; the label says which ring.
class Rings : public Dataset {
 public:
  explicit Rings(const Spec& spec) : key_({static_cast<std::uint64_t>(spec.integer_or("seed", 0, 0, 1000)), 0}) {
    spec.expect(1, "N", {"seed", "limit", "subjects"});
    shape_ = {2};
    feature_type_ = FeatureType::kF32;
    classes_ = 3;
    labels_.resize(static_cast<std::size_t>(spec.value_as_integer(0, "N", 1, 1'000'000)));
    for (std::size_t row = 0; row < labels_.size(); ++row) labels_[row] = static_cast<std::int32_t>(row % 3);
  }

  void gather(std::span<const std::uint64_t> rows, std::span<std::byte> out) const override {
    check_gather(rows, out);
    auto* point = reinterpret_cast<float*>(out.data());
    for (const auto row : rows) {
      const double angle = 2 * std::numbers::pi * unit_double(key_.draw(row, 0));
      const double radius = label(row) + unit_double(key_.draw(row, 1));
      *point++ = static_cast<float>(radius * std::cos(angle));
      *point++ = static_cast<float>(radius * std::sin(angle));
    }
  }

 private:
  Key key_;
};

/// Logistic regression on the features and their squares.
class Quadratic : public ModuleModel {
 public:
  explicit Quadratic(const ModelShape& shape)
      : ModuleModel({.convex = true}), linear_(add("linear", torch::nn::Linear(2 * shape.features(), shape.classes))) {}

  torch::Tensor logits(const torch::Tensor& batch, const Pass&) override {
    const torch::Tensor features = batch.flatten(1);
    return linear_(torch::cat({features, features.square()}, 1));
  }

 private:
  torch::nn::Linear linear_;
};

/// Shrinks all weights, then descends once over the samples that stay.
class Shrink : public Method {
 public:
  explicit Shrink(const Spec& spec) : by_(spec.real_or("by", 0.9, 0, 1)), rate_(spec.real_or("lr", 0.1, 0, 10)) {
    spec.expect(0, "", {"by", "lr"});
  }

  MethodResult unlearn(Workbench& bench) const override {
    const auto parameters = bench.parameters();
    if (!bench.may_go_on(32)) return {};
    for (const auto& parameter : parameters) parameter.detach().mul_(by_);
    std::vector<torch::Tensor> gradients;
    for (const auto& samples : bench.epoch(Workbench::Set::kRetain, 0, 32)) {
      if (!bench.may_go_on(samples.size())) break;
      bench.gradients(bench.batch(Workbench::Set::kRetain, samples, 0), gradients);
      for (std::size_t i = 0; i < parameters.size(); ++i) parameters[i].detach().sub_(gradients[i], rate_);
    }
    return {};
  }

 private:
  double by_;
  double rate_;
};

const DataFormat kRings{.name = "rings", .usage = "rings:N,seed=K", .open = [](const Spec& spec) {
                          return std::unique_ptr<Dataset>(new Rings(spec));
                        }};
const Architecture kQuadratic{
    "quadratic", "",
    [](const Spec& spec, const ModelShape&) {
      spec.expect(0, "", {});
      return ModelTraits{.convex = true};
    },
    [](const Spec&, const ModelShape& shape) { return std::shared_ptr<Model>(new Quadratic(shape)); }};
const MethodEntry kShrink{.name = "shrink",
                          .arguments = "by=0.9,lr=0.1",
                          .summary = "shrink the weights, then one epoch on the retain set",
                          .needs = {.retain_set = true},
                          .make = [](const Spec& spec) { return std::unique_ptr<Method>(new Shrink(spec)); }};

}  // namespace

int main(int argc, char** argv) {
  register_format(kRings);
  register_architecture(kQuadratic);
  register_method(kShrink);
  return run_command_line(argc, argv);
}
