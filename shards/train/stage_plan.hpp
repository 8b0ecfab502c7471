// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "framework/core/ids.hpp"
#include "framework/random/key.hpp"
#include "shards/train/training_configuration.hpp"

namespace expunge {

/// V, the samples that a stage visits when its training set has n: ⌈2·E·n/(R+1)⌉ under cumulative slicing, so that R
/// stages together cost what E epochs without slicing cost (Bourtoule et al. 2021, section VI); ⌈E·n⌉ under sequential.
/// Computed in integers: no slice's share is rounded away.
[[nodiscard]] std::uint64_t stage_visits(const TrainingConfiguration& configuration, std::uint64_t samples);

/// The order of one epoch: indices 0 … n−1 of the samples, ascending by a value drawn from (key, sample id), so that
/// leaving samples out leaves the others' order as it is.
[[nodiscard]] std::vector<std::uint32_t> epoch_order(std::span<const SampleId> ids, const Key& key);

/// One batch of an epoch: places [first, first + size) of its order. `trained` is false for a lone sample that a model
/// with batch normalisation can't be trained on: it counts as visited and changes nothing.
struct BatchRange {
  std::uint64_t first = 0;
  std::uint64_t size = 0;
  bool trained = true;
};

/// Cuts the first `places` places of an epoch's order into batches. With `no_single` (batch normalisation) a last batch
/// of one joins the batch before it, and is skipped where there is none.
[[nodiscard]] std::vector<BatchRange> batches_of_epoch(std::uint64_t places, std::uint64_t batch_size, bool no_single);

}  // namespace expunge
