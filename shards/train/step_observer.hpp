// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "framework/core/ids.hpp"

namespace expunge {

/// One parameter in one step, row-major. Valid during the call alone.
struct ObservedParameter {
  std::string_view name;
  std::span<const float> before;    ///< the parameter that the step started from
  std::span<const float> gradient;  ///< of the batch's mean loss, without weight decay
  std::span<const float> after;     ///< `after` − `before` is the update
};

/// One optimiser step.
struct ObservedStep {
  ShardId shard;
  SliceId stage;
  std::uint64_t epoch = 0;  ///< within the stage, from 0
  std::uint64_t step = 0;   ///< within the stage, from 0
  double learning_rate = 0;
  std::span<const SampleId> ids;  ///< of the batch
  std::vector<ObservedParameter> parameters;
};

/// Is told of every step of a training: for methods that must record while it runs (DeltaGrad: parameters, gradients,
/// batches; amnesiac unlearning: updates). Watching changes no bit of the training. Without an observer nothing is
/// computed or copied for one.
class StepObserver {
 public:
  virtual ~StepObserver() = default;
  virtual void observe(const ObservedStep& step) = 0;
};

}  // namespace expunge
