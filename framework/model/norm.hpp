// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include "framework/config/spec.hpp"

namespace expunge {

enum class NormKind : std::uint8_t { kNone, kBatch, kGroup };

/// Reads `norm=none|batch|group` of a model's spec.
[[nodiscard]] NormKind norm_of(const Spec& spec);

/// The normalisation after a layer of `channels` channels ([b, c] or [b, c, h, w]): none, over the batch (with running
/// statistics, used in evaluation), or over groups of channels within a sample: 8 groups, or the largest of 4, 2, 1
/// that divides the channels and, in [b, c], leaves each group at least 4 of them (one value alone would always become
/// 0).
class NormImpl : public torch::nn::Module {
 public:
  NormImpl(NormKind kind, std::int64_t channels);
  torch::Tensor forward(const torch::Tensor& values, bool training);
  /// Puts parameters and running statistics back to what they are before any training.
  void begin_anew();

 private:
  static constexpr double kEpsilon = 1e-5;
  static constexpr double kMomentum = 0.1;
  NormKind kind_;
  std::int64_t groups_ = 1;        // of [b, c, h, w]
  std::int64_t dense_groups_ = 1;  // of [b, c]
  torch::Tensor weight_;
  torch::Tensor bias_;
  torch::Tensor running_mean_;
  torch::Tensor running_var_;
};
TORCH_MODULE(Norm);

}  // namespace expunge
