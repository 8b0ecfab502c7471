// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include <torch/types.h>

#include "framework/data/transform.hpp"
#include "framework/device/numerics.hpp"
#include "framework/loss/loss.hpp"
#include "framework/model/model.hpp"
#include "shards/train/optimizer_options.hpp"
#include "shards/train/training_configuration.hpp"

namespace expunge {

// What a configuration says that a constituent is made of: asked here by all who train, unlearn or serve one.

/// On the CPU, its weights not yet keyed. Throws UsageError where the model doesn't fit the configured shape.
[[nodiscard]] std::shared_ptr<Model> model_of(const TrainingConfiguration& configuration);
[[nodiscard]] std::shared_ptr<const Loss> loss_of(const TrainingConfiguration& configuration);
/// What changes a sample on its way into a training batch, in this order. None is configured by any setting so far.
[[nodiscard]] std::vector<std::shared_ptr<const Transform>> transforms_of(const TrainingConfiguration& configuration);
[[nodiscard]] OptimizerOptions optimizer_options_of(const TrainingConfiguration& configuration);
[[nodiscard]] torch::Device torch_device(const Device& device);

}  // namespace expunge
