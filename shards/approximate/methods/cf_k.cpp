// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/approximate/descent.hpp"
#include "shards/approximate/last_layers.hpp"

namespace expunge {

namespace {

/// Fine-tunes the last k layers on the retain set; the others keep every bit, running statistics included.
class CfK : public Method {
 public:
  explicit CfK(const Spec& spec) : settings_(read_descent(spec, {})), k_(spec.integer_or("k", 1, 1, 1'000'000)) {
    spec.expect(0, "", {"k", "epochs", "lr", "momentum", "batch-size"});
  }
  [[nodiscard]] bool reads_forget_set() const override { return false; }

  MethodResult unlearn(Workbench& bench) const override {
    MethodResult result;
    const LastLayers layers(bench, k_);
    if (!layers.has_all()) result.fallbacks.emplace_back("the model has fewer layers than k: all of them were trained");
    layers.freeze_others(bench);
    train_on_retain_set(bench, settings_);
    layers.put(bench, bench.state());
    return result;
  }

 private:
  DescentSettings settings_;
  std::int64_t k_;
};

}  // namespace

extern const MethodEntry kCfKMethod;
const MethodEntry kCfKMethod{"cf-k", "k=1,epochs=1,lr=X,momentum=0.9,batch-size=N",
                             "fine-tune the last k layers on the retain set",
                             [](const Spec& spec) -> std::unique_ptr<Method> { return std::make_unique<CfK>(spec); }};

}  // namespace expunge
