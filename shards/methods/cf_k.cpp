// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/methods/last_layers.hpp"

namespace expunge {

namespace {

/// Fine-tunes the last k layers on the retain set; the others keep every bit, running statistics included.
class CfK : public Method {
 public:
  explicit CfK(const Spec& spec) : settings_(read_last_layers(spec)) {}

  MethodResult unlearn(Workbench& bench) const override {
    const LastLayers layers(bench, settings_.k);
    layers.train(bench, settings_.descent);
    return {.fallbacks = layers.fallbacks()};
  }

 private:
  LastLayersSettings settings_;
};

}  // namespace

extern const MethodEntry kCfKMethod;
const MethodEntry kCfKMethod{
    .name = "cf-k",
    .arguments = "k=1,epochs=1,lr=X,momentum=X,batch-size=N",
    .summary = "fine-tune the last k layers on the retain set",
    .needs = {.retain_set = true},
    .make = [](const Spec& spec) -> std::unique_ptr<Method> { return std::make_unique<CfK>(spec); }};

}  // namespace expunge
