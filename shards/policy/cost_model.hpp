// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace expunge {

/// What decides the expected cost of exact unlearning.
struct CostSetting {
  double samples = 0;  ///< N
  std::uint32_t shards = 1;
  std::uint32_t slices = 1;
  double epochs = 1;  ///< E
  bool cumulative = true;
};

/// Expected sample-gradients of unlearning `requests` samples, drawn uniformly without replacement, as one batch, from
/// `setting.samples` live ones that are placed by a keyed hash. With D = N/S, k requests in one shard cost
/// E·D·(1 − E[m(m−1)]/(R(R+1))), m the smallest of k uniform slices (Bourtoule et al. 2021, section VI), less what the
/// removed samples themselves would have cost; the number of requests in a shard is binomial.
[[nodiscard]] double expected_batch_cost(const CostSetting& setting, std::uint64_t requests);

/// The same for several batches one after another, each on what the ones before left.
[[nodiscard]] double expected_cost(const CostSetting& setting, std::span<const std::uint64_t> batches);

/// Retraining everything from scratch on `setting.samples`.
[[nodiscard]] double full_retrain_cost(const CostSetting& setting);

}  // namespace expunge
