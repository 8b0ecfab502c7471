// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <torch/torch.h>

#include "shards/methods/descent.hpp"
#include "shards/methods/wrong_label.hpp"

namespace expunge {

namespace {

/// Trains on both sets together, each sample of the forget set under a wrong label, which stays the same all along.
class RandomLabel : public Method {
 public:
  explicit RandomLabel(const Spec& spec) : settings_(read_descent(spec, {})) {
    spec.expect(0, "", {"epochs", "lr", "momentum", "batch-size"});
  }

  MethodResult unlearn(Workbench& bench) const override {
    Descent descent(bench, settings_);
    const Key labels = bench.key("wrong labels");
    std::vector<torch::Tensor> gradients;
    for (std::uint64_t epoch = 0; epoch < descent.epochs(); ++epoch) {
      for (const auto& places : bench.mixed_epoch(epoch, descent.batch_size())) {
        if (!bench.may_go_on(places.size())) return {};
        Batch batch = bench.mixed_batch(places, epoch);
        const auto retained =
            static_cast<std::int64_t>(std::ranges::count(places, Workbench::Set::kRetain, &Workbench::Place::set));
        batch.labels = relabelled(batch, retained, labels, bench.configuration().classes);
        bench.gradients(batch, gradients);
        descent.step(gradients);
      }
    }
    return {};
  }

 private:
  static torch::Tensor relabelled(const Batch& batch, std::int64_t retained, const Key& key, std::int64_t classes) {
    torch::Tensor labels = batch.labels.to(torch::kCPU, torch::kInt64, /*non_blocking=*/false, /*copy=*/true);
    auto* const label = labels.data_ptr<std::int64_t>();
    for (std::int64_t row = retained; row < labels.size(0); ++row)
      label[row] = wrong_label(key, batch.pass.ids[static_cast<std::size_t>(row)], label[row], classes);
    return labels.to(batch.labels.device());
  }

  DescentSettings settings_;
};

}  // namespace

extern const MethodEntry kRandomLabelMethod;
const MethodEntry kRandomLabelMethod{
    .name = "random-label",
    .arguments = "epochs=1,lr=X,momentum=X,batch-size=N",
    .summary = "go on training on all samples, those to be forgotten under wrong labels",
    .needs = {.forget_set = true, .retain_set = true},
    .defined_by = DefinedBy::kOutputs,
    .make = [](const Spec& spec) -> std::unique_ptr<Method> { return std::make_unique<RandomLabel>(spec); }};

}  // namespace expunge
