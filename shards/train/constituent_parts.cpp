// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/train/constituent_parts.hpp"

#include <fmt/format.h>

namespace expunge {

std::shared_ptr<Model> model_of(const TrainingConfiguration& c) {
  return make_model(Spec::parse(c.model, "model"), {c.shape, c.classes});
}

std::shared_ptr<const Loss> loss_of(const TrainingConfiguration& c) {
  return make_loss(Spec::parse(fmt::format("cross-entropy:smoothing={}", c.label_smoothing), "loss"));
}

std::vector<std::shared_ptr<const Transform>> transforms_of(const TrainingConfiguration& /*configuration*/) {
  return {};
}

OptimizerOptions optimizer_options_of(const TrainingConfiguration& c) {
  return {c.optimizer, c.momentum, c.nesterov, c.beta1, c.beta2, c.epsilon, c.weight_decay};
}

torch::Device torch_device(const Device& device) {
  return device.kind == DeviceKind::kCpu ? torch::Device(torch::kCPU)
                                         : torch::Device(torch::kCUDA, static_cast<torch::DeviceIndex>(device.index));
}

}  // namespace expunge
