// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "shards/checkpoint/slice_file.hpp"

namespace expunge {

/// One stage's line in `shard.json`.
struct SliceRecord {
  SliceId stage;
  std::uint64_t samples = 0;  ///< live samples in the slice itself
  StoredFile file;
  Digest model;                        ///< model_digest of the state after the stage
  Digest live_root;                    ///< as in the file's provenance
  std::uint64_t sample_gradients = 0;  ///< what the stage cost, uninterrupted
  double train_seconds = 0;            ///< wall time of gradients and updates in the session that finished it
};

/// A stage of an approximate shard that is kept although it saw deleted samples: the next stitch needs it.
struct TaintedStage {
  SliceRecord slice;                ///< `model` is the digest of the file's own state, before any offset
  std::vector<StoredFile> offsets;  ///< added to it in this order (shards/checkpoint/stitching.hpp)
  /// Batches of deletions whose samples it saw, itself or through what it descends from; ascending, at least one.
  std::vector<std::uint64_t> tainted_by;
};

/// What a shard serves that was not trained to its end without the deleted samples. A shard without one is exact.
struct Approximation {
  std::string method;                  ///< SPEC of the method that made the state served
  std::string guarantee;               ///< its class: "none", "heuristic" or "certified"
  std::vector<std::uint64_t> batches;  ///< carried out approximately since the shard was exact; ascending, at least one
  /// Stages that follow on the record's `slices` without gaps, kept for stitching; never the last one, R, unless the
  /// method is still under way. Empty where the method keeps none.
  std::vector<TaintedStage> tail;
  std::optional<SliceRecord> served;   ///< stage R: what votes; nothing while the method is under way
  std::uint64_t sample_gradients = 0;  ///< what the last pass of the method has cost; likewise the two below
  std::uint64_t forward_passes = 0;
  std::uint64_t hessian_vector_products = 0;
  double seconds = 0;    ///< wall time of that pass
  std::string evidence;  ///< a JSON object: how the method came to its result (stop rule, checks, fallbacks)
};

/// Which of a shard's two records: `shard.json`, the generation that is served, or `next.json`, the one that is being
/// retrained and takes its place.
enum class Generation : std::uint8_t { kCurrent, kNext };

/// One generation of a shard, replaced by atomic rename. Readers trust only the files it names.
struct ShardRecord {
  ShardId shard;
  std::uint64_t generation = 0;     ///< raised by one with every replacement
  std::uint64_t respects = 0;       ///< batches of deletions, 1 … this one, whose samples the next stage won't see
  std::vector<SliceRecord> slices;  ///< stages 1 … done, without gaps: those that are exact
  std::optional<Approximation> approximation = std::nullopt;
  /// What votes: an approximation's state, else that of the last stage; null where there is neither.
  [[nodiscard]] const SliceRecord* served() const;
  /// The stage whose state votes: R where the shard is complete; 0: none.
  [[nodiscard]] std::uint32_t served_stage() const;
  /// Every file that this record names, slices first.
  [[nodiscard]] std::vector<StoredFile> files() const;
  /// Sums over the stages that are there.
  [[nodiscard]] double train_seconds() const;
  [[nodiscard]] std::uint64_t sample_gradients() const;
};

[[nodiscard]] std::filesystem::path shard_folder(const std::filesystem::path& run, ShardId shard);  // run/shards/0003
/// What to do about a damaged file of a shard, to end a message with.
[[nodiscard]] std::string how_to_mend(const std::filesystem::path& run, ShardId shard);
/// "shard.json" or "next.json".
[[nodiscard]] std::string record_name(Generation generation);
void write_shard_record(FileSystem& files, const std::filesystem::path& run, const ShardRecord& record,
                        Generation generation = Generation::kCurrent);
/// Nothing where the shard has no such record. Throws Failure naming the file and the field where it is malformed.
[[nodiscard]] std::optional<ShardRecord> read_shard_record(const std::filesystem::path& run, ShardId shard,
                                                           Generation generation = Generation::kCurrent);

}  // namespace expunge
