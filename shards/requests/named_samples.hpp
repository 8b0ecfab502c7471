// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "framework/data/dataset.hpp"
#include "shards/journal/history.hpp"
#include "shards/requests/request.hpp"
#include "shards/requests/resolution.hpp"

namespace expunge {

/// What ranges of ids mean in one data set.
struct NamedSamples {
  std::vector<std::uint64_t> rows;         ///< that the data has, in no order
  std::uint64_t named = 0;                 ///< ids
  std::uint64_t gone = 0;                  ///< of them, not in the data since they were deleted before
  std::uint64_t unknown = 0;               ///< of them, neither in the data nor deleted; under kFail at least so many
  std::vector<std::uint64_t> unknown_ids;  ///< the first few of those, for messages
  bool too_many_gaps = false;              ///< gone and unknown could not be told apart: see `kMostGaps`
};

/// Finds samples by their ids. A range that covers more than the data holds costs one pass over the data's ids instead
/// of one look-up an id; memory is linear in the rows found.
class SampleFinder {
 public:
  /// Ids of one range that the data lacks, looked up one by one among the deleted ones; more of them can only be told
  /// apart where the data still has every deleted sample.
  static constexpr std::uint64_t kMostGaps = std::uint64_t{1} << 20U;

  SampleFinder(const Dataset& data, const History& history, UnknownPolicy policy)
      : data_(data), history_(history), policy_(policy) {}

  /// `ranges` ascending and disjoint.
  [[nodiscard]] NamedSamples find(std::span<const IdRange> ranges);

 private:
  void look_up(const IdRange& range, NamedSamples& found) const;
  void sweep(std::span<const IdRange> ranges, NamedSamples& found);
  void walk_gaps(const IdRange& range, std::span<const std::uint64_t> present, NamedSamples& found);
  void miss(std::uint64_t id, NamedSamples& found) const;
  [[nodiscard]] bool data_has_all_deleted();

  const Dataset& data_;
  const History& history_;
  UnknownPolicy policy_;
  std::optional<bool> data_has_all_deleted_;
};

}  // namespace expunge
