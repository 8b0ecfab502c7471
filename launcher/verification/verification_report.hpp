// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "framework/core/digest.hpp"
#include "framework/core/error.hpp"
#include "framework/text/rfc3339.hpp"
#include "shards/verify/challenge.hpp"
#include "shards/verify/finding.hpp"
#include "shards/verify/shard_check.hpp"

namespace expunge {

/// What a verification says of a run.
enum class Verdict : std::uint8_t {
  kEqual,          ///< every stage looked at has its checkpoint's bits, and nothing was found
  kApproximate,    ///< nothing was found, and yet a shard serves what training from scratch does not give
  kRefuted,        ///< something is not as it should be
  kNotComparable,  ///< nothing was found, but other numerics would give other bits
  kStopped,        ///< nothing was found so far
};

[[nodiscard]] Exit exit_of(Verdict verdict);

/// A shard that serves fewer stages than the run has.
struct IncompleteShard {
  ShardId shard;
  std::uint64_t stages = 0;
  std::string reason;  ///< "recovery pending", "training not complete"
};

/// Which stages a challenge picked.
struct ChallengeReport {
  std::string hex;
  bool drawn = false;  ///< by this program, since none was given
  Fraction fraction;
  std::vector<StageName> stages;
};

/// What a verification did, and what came of it.
struct VerificationReport {
  std::string run;
  int ranks = 1;
  double seconds = 0;
  std::uint64_t shards = 0;            ///< of the run
  std::uint64_t stages_on_record = 0;  ///< of all its shards
  std::string selection;               ///< "all", "shards", "touched"
  std::vector<ShardId> selected;       ///< the shards that were to be replayed
  std::optional<ChallengeReport> challenge;

  std::uint64_t journal_length = 0;
  Digest journal_head;
  bool journal_ok = true;
  std::vector<std::string> not_erased;         ///< by the journal
  std::vector<std::uint64_t> pending_batches;  ///< accepted and not completed
  std::vector<IncompleteShard> incomplete;

  std::uint64_t shards_checked = 0;  ///< replayed to the end of what was asked of them
  std::uint64_t stages_checked = 0;
  std::uint64_t sample_gradients = 0;
  std::vector<Finding> findings;
  std::vector<StageDifference> differences;
  std::vector<ApproximateShard> approximate;  ///< of the whole run, by shard
  std::vector<std::string> unfinished;
  std::vector<std::string> not_comparable;  ///< why, one reason each
  std::string stopped_by;                   ///< empty where the verification came to its end

  [[nodiscard]] Verdict verdict() const;
  /// The answer in one sentence.
  [[nodiscard]] std::string sentence() const;
  /// Files that saw a deleted sample, or may have.
  [[nodiscard]] std::vector<std::string> stale_files() const;
};

[[nodiscard]] std::string to_json_text(const VerificationReport& report);
/// The same with the moment it was reached, as a run directory keeps it.
[[nodiscard]] std::string to_json_text(const VerificationReport& report, Moment at);
[[nodiscard]] std::string to_text(const VerificationReport& report);

}  // namespace expunge
