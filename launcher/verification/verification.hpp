// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "framework/core/error.hpp"
#include "launcher/process/environment.hpp"
#include "launcher/run/opened_run.hpp"
#include "launcher/run/run_directory.hpp"
#include "launcher/verification/verification_report.hpp"
#include "shards/verify/shard_check.hpp"

namespace expunge {

/// What a verification is asked for.
struct VerificationOptions {
  std::filesystem::path run;
  std::string data;                   ///< where it has moved; empty: what the manifest names
  std::vector<std::uint32_t> shards;  ///< to be retrained; with `touched` off, empty means all
  bool touched = false;               ///< those that an accepted deletion touched
  std::optional<Fraction> sample;     ///< replay only so many of the stages
  std::string challenge;              ///< hexadecimal: which ones; empty: drawn at random
  bool json = false;
};

/// Says whether a run is what it claims to be, as one job over the ranks of a session. Looks at all of it (journal,
/// every file's digest and lineage, what should be gone) and retrains what it is asked for, in memory. It changes
/// nothing but `verification.json`, the last verdict. Every member is collective.
class Verification {
 public:
  Verification(Session& session, VerificationOptions options);
  ~Verification();
  Verification(const Verification&) = delete;
  Verification& operator=(const Verification&) = delete;

  /// Verifies, and prints the answer on rank 0. Throws Failure where there is no run, its data is missing or another
  /// one, or a disk can't be read; Stopped where another job holds the run. Else the code is the verdict's, and a
  /// verdict that is not comparable, or approximate, is also thrown as a Failure, for standard error.
  Exit run();

 private:
  void take_lock();
  void read_records();
  void read_shards();
  [[nodiscard]] ShardTask read_shard(ShardId shard, const Approximations& approximations);
  void open_data();
  void choose_tasks();
  void pick_stages();
  void check_shards();
  void look_at_run();
  void conclude();
  [[nodiscard]] Exit answer();
  [[nodiscard]] std::string why_incomplete(const ShardRecord& record) const;

  Session& session_;
  Communicator& comm_;
  VerificationOptions options_;
  RunDirectory directory_;
  std::unique_ptr<RunLock> lock_;  // on rank 0
  std::optional<RunRecords> records_;
  std::optional<RunData> data_;  // nothing where the journal does not hold
  std::vector<ShardTask> tasks_;
  std::vector<ShardCheck> checks_;
  VerificationReport report_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace expunge
