// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "framework/core/ids.hpp"
#include "framework/text/rfc3339.hpp"

namespace expunge {

/// How a request ended.
enum class RequestStatus : std::uint8_t {
  kCompleted,
  kPartial,        ///< some of what it names was deleted, some is unknown
  kRejected,       ///< another request has its id
  kAlreadyAbsent,  ///< all it names was deleted before
  kUnknownSample,  ///< nothing it names is in the data
  kFailed,         ///< its batch was not finished
};
/// "completed", "partial", "rejected", "already_absent", "unknown_sample", "failed".
[[nodiscard]] std::string_view status_name(RequestStatus status);

/// What became of one request. What is not known stays empty: nothing is made up.
struct RequestOutcome {
  std::string request_id;
  std::string requester_reference;  ///< keyed, never the name itself; empty where none was stated
  RequestStatus status = RequestStatus::kCompleted;
  std::optional<Moment> received_at;
  std::optional<Moment> started_at;  ///< of its batch
  std::optional<Moment> completed_at;
  std::optional<Moment> due_at;
  std::uint64_t n_requested = 0;
  std::uint64_t n_deleted = 0;
  std::vector<std::pair<ShardId, SliceId>> first_slices;  ///< of each shard that it touches, by shard
  std::optional<std::uint64_t> batch;                     ///< nothing: none was needed
  std::string method = "exact";                           ///< SPEC
  std::string guarantee = "exact";  ///< the weakest of the shards that it touches; empty: not known yet

  /// Whether it was completed in the second it was due in, or before. Nothing where it was not due or is not completed.
  [[nodiscard]] std::optional<bool> met_deadline() const;
  /// From receipt to start. Nothing where either is unknown or the start is stated as the earlier.
  [[nodiscard]] std::optional<double> waiting_seconds() const;
};

/// Where the seconds of a batch went.
struct PhaseSeconds {
  std::optional<double> planning;
  std::optional<double> restoring;
  std::optional<double> training;
  std::optional<double> checkpointing;  ///< and hashing
  std::optional<double> publishing;
  std::optional<double> erasing;
};

/// What one batch cost.
struct BatchOutcome {
  std::uint64_t batch = 0;
  std::optional<Moment> triggered_at;  ///< when a policy called for it
  std::optional<Moment> started_at;
  std::optional<Moment> completed_at;
  std::uint64_t requests = 0;
  std::uint64_t n_deleted = 0;
  std::string method = "exact";                           ///< SPEC; of several batches, each
  std::string guarantee = "exact";                        ///< the weakest of the shards worked on; empty: not known yet
  std::vector<std::pair<ShardId, SliceId>> first_slices;  ///< of each shard worked on, by shard
  std::uint64_t stages_retrained = 0;
  std::uint64_t samples_retrained = 0;  ///< live samples of the retrained shards that a retrained stage saw, each once
  std::uint64_t sample_gradients = 0;
  std::uint64_t forward_passes = 0;           ///< of single samples, besides
  std::uint64_t hessian_vector_products = 0;  ///< of single samples
  std::uint64_t files_kept = 0;               ///< that saw a deleted sample: an approximation is made of them
  std::optional<std::uint64_t> optimizer_steps;
  std::optional<double> wall_seconds;
  std::optional<double> process_seconds;  ///< summed over ranks
  PhaseSeconds phases;                    ///< summed over ranks
  std::optional<double> idle_seconds;     ///< summed over ranks
  std::optional<std::uint64_t> bytes_read;
  std::optional<std::uint64_t> bytes_written;
  std::optional<std::uint64_t> peak_memory_bytes;  ///< of the rank that needed most
  std::optional<std::uint64_t> ranks;
  std::optional<std::uint64_t> baseline_sample_gradients;  ///< training all live samples from scratch, counted by plan
  std::optional<double> baseline_seconds;                  ///< the same in wall seconds; see `baseline_measured`
  bool baseline_measured = false;                          ///< the baseline was run; false: its seconds are predicted
  std::optional<double> predicted_sample_gradients;        ///< by `expected_batch_cost`
};

/// What a request file became.
struct ReplayOutcome {
  std::string policy;  ///< `Policy::text`; empty: one batch, without a policy
  std::vector<RequestOutcome> requests;
  std::vector<BatchOutcome> batches;
};

/// Times the cost goes into the baseline. Nothing where one is unknown, or no positive finite number.
[[nodiscard]] std::optional<double> speedup(std::optional<double> baseline, std::optional<double> cost);

/// One JSON document, ending in a newline; OUTCOME.md is its schema. What is unknown, infinite or not a number is
/// null. A batch with the seconds of a baseline that was not run has a *predicted* speed-up in seconds, and no other.
[[nodiscard]] std::string to_json_text(const ReplayOutcome& outcome);

}  // namespace expunge
