// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "launcher/coordinator/coordinator.hpp"

namespace expunge {

/// What `unlearn` says at its end.
struct UnlearningReport {
  std::string run;
  int ranks = 1;
  std::string method = "exact";  ///< of the batches that this job accepted or went on with
  std::size_t requests = 0;      ///< in the file; without one, those of the batches that were gone on with
  Acceptance acceptance;
  bool forgotten_now = false;  ///< whether it was asked for
  bool recovered = false;      ///< whether retraining was asked for
  Forgetting forgetting;
  Recovery recovery;
  std::uint64_t full_retrain = 0;  ///< sample-gradients of training everything that is live from scratch
  std::uint64_t live = 0;          ///< samples
  std::uint64_t pending = 0;       ///< batches that are left to be worked off
  double data_check_seconds = 0;
  double wall_seconds = 0;  ///< of the whole job, reading the data included

  /// From a batch's being promised to its being forgotten; nothing where nothing was.
  [[nodiscard]] std::optional<double> seconds_to_forget() const;
  /// The weakest of the shards worked on; nothing where an approximation is promised and not yet made.
  [[nodiscard]] std::optional<std::string> guarantee() const;
  /// Retraining, publishing, erasing.
  [[nodiscard]] std::optional<double> seconds_to_recover() const;
  /// All but training, over training, in process seconds: validating, planning, restoring, hashing, writing, an
  /// approximation's bookkeeping, the journal, publishing, erasing. Nothing where nothing was trained.
  [[nodiscard]] std::optional<double> overhead() const;
};

[[nodiscard]] std::string to_json_text(const UnlearningReport& report);
[[nodiscard]] std::string to_text(const UnlearningReport& report);

/// The answer to `--dry-run`.
struct UnlearningForecast {
  std::string run;
  int ranks = 1;
  std::string method = "exact";
  CostBound bound = CostBound::kExact;  ///< how the plan's cost is to be read
  std::vector<ResolvedRequest> requests;
  UnlearningPlan plan;
  std::vector<SupersededFile> superseded;
  std::vector<SupersededFile> kept_at_most;  ///< of them, those that an approximation may be made of
  std::uint64_t bytes_erased = 0;
  std::uint64_t bytes_written = 0;  ///< of checkpoints
  double speed = 0;                 ///< of the run's own training, sample-gradients a second and rank; 0: unknown
};

[[nodiscard]] std::string to_json_text(const UnlearningForecast& forecast);
[[nodiscard]] std::string to_text(const UnlearningForecast& forecast);

/// "completed", "already_absent", "unknown_sample", …: the states of REQUESTS.md.
[[nodiscard]] std::string status_text(const ResolvedRequest& request);

}  // namespace expunge
