// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "aggregation/predict/constituent.hpp"
#include "framework/data/dataset.hpp"
#include "launcher/process/environment.hpp"
#include "launcher/run/opened_run.hpp"
#include "launcher/run/run_directory.hpp"

namespace expunge {

/// The models a run serves, shared out over the ranks of a session: shard k's by rank k mod P.
struct Ensemble {
  RunRecords run;
  std::vector<std::unique_ptr<Constituent>> mine;  ///< those this rank holds
  std::int64_t models = 0;                         ///< those all ranks hold
  std::int64_t approximate = 0;                    ///< of them, those that are approximate
  Digest version;                                  ///< of the models that vote: which ensemble answered

  /// Why a shard does not vote; empty where it does. One that has seen a sample whose deletion was accepted never does.
  [[nodiscard]] std::string abstention(const ShardRecord& record) const;
  /// What to say where no shard votes.
  [[nodiscard]] std::string nobody_votes(const RunDirectory& directory) const;
};

/// Collective. Throws what reading the run throws, on every rank alike.
[[nodiscard]] Ensemble open_ensemble(Session& session, const RunDirectory& directory);

/// Throws UsageError where samples of `data` can't be put to the run's models, naming both shapes; Failure for a label
/// outside the models' classes where labels matter.
void require_fit(const Dataset& data, const std::string& source, const TrainingConfiguration& configuration,
                 bool labels_matter);

/// Collective. How the ranks of a session sum their vote counts: by NCCL where every rank has a GPU of its own and this
/// build has NCCL, else nothing, and the communicator sums them. The sums are integers: the same either way.
[[nodiscard]] std::function<void(std::span<std::int64_t>)> vote_reduction(Session& session);

}  // namespace expunge
