// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "framework/core/digest.hpp"
#include "framework/core/ids.hpp"
#include "framework/io/file_system.hpp"
#include "shards/checkpoint/file_kind.hpp"
#include "shards/checkpoint/state.hpp"

namespace expunge {

/// Where a state comes from: enough for whoever holds the data to replay the stage and get the same bits. Holds nothing
/// that differs between two runs of the same training (no time, host, rank or path).
struct Provenance {
  ShardId shard;
  SliceId stage;
  std::uint64_t samples = 0;              ///< live samples in the stage's training set
  std::uint64_t visits = 0;               ///< V, the samples visited by the whole stage
  std::uint64_t visited = 0;              ///< of those, visited so far: less than `visits` in a progress file alone
  std::string model;                      ///< the model's SPEC
  Digest configuration;                   ///< digest of what the configuration fixes
  Digest fingerprint;                     ///< digest of the numeric fingerprint
  SetDigest live;                         ///< keyed set digest of the live sample ids in the stage's training set
  std::string live_root_scheme = "none";  ///< how `live_root` is built; "none": it is zero
  Digest live_root;
  Digest state_before;  ///< model_digest of the state that the stage started from
  Digest state_after;   ///< model_digest of the state in this file
  /// SPEC of the method that made this state, where it is not what training on the live samples gives; empty: it is.
  /// Files of exact states hold no trace of this field.
  std::string approximation;
  bool operator==(const Provenance&) const = default;
};

struct SliceFile {
  Provenance provenance;
  ModelState state;
  Bytes recorder = {};  ///< what a recorder has of the stage under way: in a progress file alone
};

/// What a written file is called by those that refer to it.
struct StoredFile {
  std::string name;  ///< file name within the shard's folder
  Digest digest;     ///< of the file's bytes
  std::uint64_t bytes = 0;
};

/// Writes `slice-RR-<hash>.h5` into `folder`, published atomically. Equal content gives equal bytes. FORMAT.md is the
/// specification. `state_after` is computed here and set in the file.
StoredFile write_slice(FileSystem& files, const std::filesystem::path& folder, SliceFile& slice);

/// Writes `stage-RR-progress.h5`, replacing an older one: where a long stage goes on after a stop, and its recorder.
StoredFile write_progress(FileSystem& files, const std::filesystem::path& folder, SliceFile& slice);

/// Writes `offset-RR-<hash>.h5`: what a stitch adds to later stages, taken after stage RR
/// (shards/checkpoint/stitching.hpp).
StoredFile write_offset(FileSystem& files, const std::filesystem::path& folder, SliceFile& offset);

/// Reads a file and checks everything a reader can: the digest of its bytes first (against `expected` where given),
/// then format version, dimensions, the digest of the state. Throws Failure naming the file and what is wrong.
[[nodiscard]] SliceFile read_slice(const std::filesystem::path& path, const std::optional<Digest>& expected);

/// The parameters alone, of a file whose digest is known and stands for the rest of it. Throws as `read_slice` does.
[[nodiscard]] std::vector<StateTensor> read_parameters(const std::filesystem::path& path, const Digest& expected);

}  // namespace expunge
