// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/model/norm.hpp"

#include <torch/torch.h>

namespace expunge {

NormKind norm_of(const Spec& spec) {
  const std::string kind = spec.choice_or("norm", "none", {"none", "batch", "group"});
  if (kind == "batch") return NormKind::kBatch;
  return kind == "group" ? NormKind::kGroup : NormKind::kNone;
}

NormImpl::NormImpl(NormKind kind, std::int64_t channels) : kind_(kind) {
  if (kind == NormKind::kNone) return;
  weight_ = register_parameter("weight", torch::ones({channels}));
  bias_ = register_parameter("bias", torch::zeros({channels}));
  if (kind == NormKind::kBatch) {
    running_mean_ = register_buffer("running_mean", torch::zeros({channels}));
    running_var_ = register_buffer("running_var", torch::ones({channels}));
    return;
  }
  for (groups_ = 8; channels % groups_ != 0;) groups_ /= 2;
  for (dense_groups_ = groups_; dense_groups_ > 1 && channels / dense_groups_ < 4;) dense_groups_ /= 2;
}

void NormImpl::begin_anew() {
  const torch::NoGradGuard no_gradients;
  if (weight_.defined()) {
    weight_.fill_(1);
    bias_.zero_();
  }
  if (running_mean_.defined()) {
    running_mean_.zero_();
    running_var_.fill_(1);
  }
}

torch::Tensor NormImpl::forward(const torch::Tensor& values, bool training) {
  switch (kind_) {
    case NormKind::kNone:
      return values;
    case NormKind::kBatch:
      return torch::batch_norm(values, weight_, bias_, running_mean_, running_var_, training, kMomentum, kEpsilon,
                               /*cudnn_enabled=*/false);
    case NormKind::kGroup:
      return torch::group_norm(values, values.dim() == 2 ? dense_groups_ : groups_, weight_, bias_, kEpsilon,
                               /*cudnn_enabled=*/false);
  }
  return values;
}

}  // namespace expunge
