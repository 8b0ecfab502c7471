// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/methods/descent.hpp"

namespace expunge {

namespace {

/// Goes on training on the retain set, and leaves forgetting to time.
class Finetune : public Method {
 public:
  explicit Finetune(const Spec& spec) : settings_(read_descent(spec, {})) {
    spec.expect(0, "", {"epochs", "lr", "momentum", "batch-size"});
  }
  MethodResult unlearn(Workbench& bench) const override {
    train_on_retain_set(bench, settings_);
    return {};
  }

 private:
  DescentSettings settings_;
};

}  // namespace

extern const MethodEntry kFinetuneMethod;
const MethodEntry kFinetuneMethod{
    .name = "finetune",
    .arguments = "epochs=1,lr=X,momentum=X,batch-size=N",
    .summary = "go on training on the retain set",
    .needs = {.retain_set = true},
    .make = [](const Spec& spec) -> std::unique_ptr<Method> { return std::make_unique<Finetune>(spec); }};

}  // namespace expunge
