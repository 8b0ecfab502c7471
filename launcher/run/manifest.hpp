// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "framework/core/digest.hpp"
#include "framework/device/fingerprint.hpp"
#include "framework/io/file_system.hpp"
#include "framework/random/key.hpp"
#include "shards/train/training_configuration.hpp"

namespace expunge {

/// `manifest.json`: what was asked of a run, and what must not change while it lasts. Written once, before any
/// training.
struct Manifest {
  static constexpr int kFormatVersion = 1;

  std::string data;  ///< the data's SPEC, with absolute paths
  TrainingConfiguration configuration;
  Key seed;
  SetDigest data_fingerprint;                     ///< keyed set digest of every sample at the start of the run
  std::vector<std::vector<std::uint64_t>> cells;  ///< samples of slice r of shard k at the start: cells[k][r − 1]
  Fingerprint numerics;
  std::uint64_t journal_length = 0;  ///< lines of `journal.jsonl`
  Digest journal_head;               ///< hash of its last line; zero where it has none

  /// Samples in all cells.
  [[nodiscard]] std::uint64_t samples() const;
  [[nodiscard]] std::string to_json() const;
  /// Throws Failure that names `source` and the field that is missing, malformed or of a newer format.
  [[nodiscard]] static Manifest from_json(const std::string& text, const std::string& source);
};

/// The key under which a run's samples are digested.
[[nodiscard]] Key data_key(const Key& seed);

}  // namespace expunge
