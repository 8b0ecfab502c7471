// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/methods/last_layers.hpp"

namespace expunge {

namespace {

/// Puts the last k layers back to their initial weights and trains them on the retain set; the others keep every bit.
class EuK : public Method {
 public:
  explicit EuK(const Spec& spec) : settings_(read_last_layers(spec)) {}

  MethodResult unlearn(Workbench& bench) const override {
    const LastLayers layers(bench, settings_.k);
    MethodResult result{.fallbacks = layers.fallbacks()};
    // Layers without any training would be worse than those that remember.
    const auto batch_size = settings_.descent.batch_size.value_or(bench.configuration().batch_size);
    const auto first = bench.epoch(Workbench::Set::kRetain, 0, batch_size);
    if (first.empty() || !bench.may_go_on(first.front().size())) return result;
    layers.put(bench, bench.initial_state());
    layers.train(bench, settings_.descent);
    return result;
  }

 private:
  LastLayersSettings settings_;
};

}  // namespace

extern const MethodEntry kEuKMethod;
const MethodEntry kEuKMethod{
    .name = "eu-k",
    .arguments = "k=1,epochs=1,lr=X,momentum=X,batch-size=N",
    .summary = "train the last k layers anew, from their initial weights, on the retain set",
    .needs = {.retain_set = true},
    .defined_by = DefinedBy::kWeights,
    .make = [](const Spec& spec) -> std::unique_ptr<Method> { return std::make_unique<EuK>(spec); }};

}  // namespace expunge
