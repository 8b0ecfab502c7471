// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "framework/core/ids.hpp"

namespace expunge {

/// One shard's model, as far as the ensemble sees it: something that gives probabilities. The launcher makes them.
class Constituent {
 public:
  /// `weight`: the live samples that the served state saw, at least 1 (a shard without any has no constituent).
  Constituent(ShardId shard, std::int64_t weight) : shard_(shard), weight_(weight) {}
  Constituent(const Constituent&) = delete;
  Constituent& operator=(const Constituent&) = delete;
  virtual ~Constituent() = default;

  /// Fills `probabilities` [rows × classes], row-major, each row summing to 1, for rows [first_row, first_row + rows)
  /// of the data set, whose features are in `features` as Dataset::gather lays them out. A function of those features
  /// alone, in evaluation mode.
  virtual void predict(std::uint64_t first_row, std::span<const std::byte> features, std::uint64_t rows,
                       std::span<float> probabilities) = 0;

  [[nodiscard]] ShardId shard() const { return shard_; }
  [[nodiscard]] std::int64_t weight() const { return weight_; }

 private:
  ShardId shard_;
  std::int64_t weight_;
};

}  // namespace expunge
