// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <torch/types.h>

#include "framework/data/transform.hpp"
#include "framework/random/key.hpp"
#include "shards/train/gradient_step.hpp"
#include "shards/train/shard_samples.hpp"
#include "shards/train/training_configuration.hpp"

namespace expunge {

/// Keys of what is drawn for a batch's samples, each by its id.
struct BatchKeys {
  Key dropout;
  Key transforms;
};

using Transforms = std::vector<std::shared_ptr<const Transform>>;

/// Batches made of stored samples, in two tensors that are used again and again.
class BatchMaker {
 public:
  /// For batches of at most `most_rows` samples, each changed by the transforms in their order. `configuration` must
  /// outlive this.
  BatchMaker(const TrainingConfiguration& configuration, std::uint64_t most_rows, torch::Device device,
             Transforms transforms = {});

  /// The samples at `offset` + each of `places`, in this order, as a batch to train on. Valid until the next call.
  Batch make(const ShardSamples& samples, std::span<const std::uint32_t> places, std::uint64_t offset,
             const BatchKeys& keys);

 private:
  const TrainingConfiguration& configuration_;
  torch::Device device_;
  Transforms transforms_;
  std::int64_t features_;
  torch::Tensor input_;
  torch::Tensor labels_;
  std::int64_t rows_ = -1;
  torch::Tensor input_view_;
  torch::Tensor labels_view_;
  std::vector<std::uint64_t> ids_;
};

}  // namespace expunge
