// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <torch/torch.h>

#include "shards/methods/descent.hpp"

namespace expunge {

namespace {

/// Descends on α·L(retain batch) − (1 − α)·L(forget batch): epochs over the retain set, beside each of its batches the
/// next one of the forget set, whose passes are made as in evaluation.
///
/// The ascent has no bound of its own: few samples come round in every step, their loss grows, and its gradient with
/// it, until it outweighs what the retain set says. So the forget batch's gradient is clipped before it is weighed.
class NegGradPlus : public Method {
 public:
  explicit NegGradPlus(const Spec& spec)
      : settings_(read_descent(spec, {.learning_rate = 0.01, .momentum = 0.9})),
        alpha_(spec.real_or("alpha", 0.95, 0, 1)),
        clip_(spec.real_or("clip", 1, 1e-9, 1e9)) {
    spec.expect(0, "", {"alpha", "epochs", "lr", "momentum", "batch-size", "clip"});
  }

  MethodResult unlearn(Workbench& bench) const override {
    using Set = Workbench::Set;
    Descent descent(bench, settings_);
    std::vector<torch::Tensor> gradients;
    std::vector<torch::Tensor> to_forget;
    std::vector<std::vector<std::uint32_t>> forgets;
    std::size_t next = 0;
    std::uint64_t forget_epoch = 0;
    for (std::uint64_t epoch = 0; epoch < descent.epochs(); ++epoch) {
      for (const auto& places : bench.epoch(Set::kRetain, epoch, descent.batch_size())) {
        if (next == forgets.size()) {
          forgets = bench.epoch(Set::kForget, forget_epoch++, descent.batch_size(), /*training=*/false);
          next = 0;
        }
        const std::size_t more = forgets.empty() ? 0 : forgets[next].size();
        if (!bench.may_go_on(places.size() + more)) return {};
        bench.gradients(bench.batch(Set::kRetain, places, epoch), gradients);
        for (auto& gradient : gradients) gradient.mul_(alpha_);
        if (more > 0) {
          bench.gradients(bench.batch(Set::kForget, forgets[next++], forget_epoch, /*training=*/false), to_forget);
          const double weight = (1 - alpha_) * clip_scale(to_forget, clip_);
          for (std::size_t i = 0; i < gradients.size(); ++i) gradients[i].sub_(to_forget[i], weight);
        }
        descent.step(gradients);
      }
    }
    return {};
  }

 private:
  DescentSettings settings_;
  double alpha_;
  double clip_;
};

}  // namespace

extern const MethodEntry kNegGradPlusMethod;
const MethodEntry kNegGradPlusMethod{
    .name = "neggrad+",
    .arguments = "alpha=0.95,epochs=1,lr=0.01,momentum=0.9,batch-size=N,clip=1",
    .summary = "descend on the retain set while ascending on the forget set",
    .needs = {.forget_set = true, .retain_set = true},
    .defined_by = DefinedBy::kOutputs,
    .make = [](const Spec& spec) -> std::unique_ptr<Method> { return std::make_unique<NegGradPlus>(spec); }};

}  // namespace expunge
