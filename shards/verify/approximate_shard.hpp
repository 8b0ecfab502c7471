// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shards/checkpoint/shard_record.hpp"
#include "shards/journal/approximations.hpp"
#include "shards/verify/finding.hpp"
#include "shards/verify/lineage.hpp"
#include "shards/verify/parameter_distance.hpp"

namespace expunge {

/// What a verification says of a shard that serves an approximation.
struct ApproximateShard {
  ShardId shard;
  std::string method;     ///< SPEC
  std::string guarantee;  ///< "none", "heuristic" or "certified"
  std::vector<std::uint64_t> batches;
  /// Of what it serves from what training from scratch gives; nothing where it was not retrained.
  std::optional<ParameterDistance> distance{};
  /// Below the run directory: what it serves and what it keeps for stitching, which may know deleted samples.
  std::vector<std::string> kept_files{};
};

/// The approximation of a record, without a distance. Nothing where the record has none.
[[nodiscard]] std::optional<ApproximateShard> approximate_shard(const std::filesystem::path& run,
                                                                const ShardRecord& record);

/// Looks at every file that a record's approximation names: it is there, its bytes have the digest on record, the state
/// in it the one that it claims, and its provenance is that of this shard and stage under this configuration. What is
/// served says by which method it was made, of which live samples (unless `served_is_stale`). Files of the tail may
/// have seen deleted samples: the record says so.
[[nodiscard]] std::vector<Finding> check_approximation(const LineageSetting& setting, const ShardRecord& record,
                                                       bool served_is_stale);

/// Where a record's approximation contradicts itself or the journal: a batch that there is not or that was forgotten
/// exactly, another method than the batch was accepted by, an exact pass since; tags of the tail that are none of its
/// batches. Findings are about the shard's record.
[[nodiscard]] std::vector<Finding> approximation_contradictions(const std::filesystem::path& run,
                                                                const ShardRecord& record, std::uint32_t slices,
                                                                const Approximations& journal);

}  // namespace expunge
