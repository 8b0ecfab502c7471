// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <torch/torch.h>

#include "shards/methods/descent.hpp"

namespace expunge {

namespace {

/// Ascends on the forget set. Its passes are made as in evaluation: a batch of samples to be forgotten has no
/// statistics that a model should normalise by.
class NegGrad : public Method {
 public:
  explicit NegGrad(const Spec& spec)
      : settings_(read_descent(spec, {.learning_rate = 0.01, .momentum = 0})),
        clip_(spec.real_or("clip", 1, 1e-9, 1e9)) {
    spec.expect(0, "", {"epochs", "lr", "momentum", "batch-size", "clip", "until"});
    if (spec.find("until")) until_ = spec.real_or("until", 0, 0, 1);
  }

  MethodResult unlearn(Workbench& bench) const override {
    Descent descent(bench, settings_, /*decays=*/false);
    std::vector<torch::Tensor> gradients;
    for (std::uint64_t epoch = 0; epoch < descent.epochs(); ++epoch) {
      const auto batches = bench.epoch(Workbench::Set::kForget, epoch, descent.batch_size(), /*training=*/false);
      // To look at the whole set before every batch would cost more than the ascent.
      const std::size_t between_looks = std::max<std::size_t>(1, batches.size() / kLooksPerEpoch);
      for (std::size_t b = 0; b < batches.size(); ++b) {
        if (!bench.may_go_on(batches[b].size())) return {};
        if (until_ && b % between_looks == 0 && forget_accuracy(bench) <= *until_) return {};
        bench.gradients(bench.batch(Workbench::Set::kForget, batches[b], epoch, /*training=*/false), gradients);
        const double scale = clip_scale(gradients, clip_);
        for (auto& gradient : gradients) gradient = gradient.mul(-scale);
        descent.step(gradients);
      }
    }
    return {};
  }

 private:
  static constexpr std::size_t kLooksPerEpoch = 8;
  DescentSettings settings_;
  double clip_;
  std::optional<double> until_;
};

}  // namespace

extern const MethodEntry kNegGradMethod;
const MethodEntry kNegGradMethod{
    .name = "neggrad",
    .arguments = "epochs=1,lr=0.01,momentum=0,batch-size=N,clip=1,until=A",
    .summary = "ascend on the forget set",
    .needs = {.forget_set = true},
    .defined_by = DefinedBy::kOutputs,
    .make = [](const Spec& spec) -> std::unique_ptr<Method> { return std::make_unique<NegGrad>(spec); }};

}  // namespace expunge
