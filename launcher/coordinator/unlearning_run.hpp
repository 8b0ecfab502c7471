// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "framework/config/option_table.hpp"
#include "framework/core/error.hpp"
#include "launcher/coordinator/coordinator.hpp"
#include "launcher/process/environment.hpp"

namespace expunge {

/// What `unlearn` may be asked.
struct UnlearningJob {
  std::filesystem::path run;
  std::filesystem::path requests;  ///< empty: go on with what was accepted
  CoordinatorOptions coordinator;
  bool sort_by_receipt = false;
  bool forget_now = false;
  bool recover = false;
  bool heal = false;  ///< retrain exactly what is served approximately
  bool dry_run = false;
  std::filesystem::path out;  ///< the outcome file; empty: none
};

/// Collective: the requests of a file in the order in which they are worked off, on rank 0; the others get none. Throws
/// on all ranks where the outcome could not be written later.
[[nodiscard]] std::vector<Request> requests_of(Session& session, const UnlearningJob& job);

/// Works requests off as one batch and prints what came of it. Returns kDone, or kStopped where the retraining was put
/// down.
[[nodiscard]] Exit run_unlearning(Session& session, const UnlearningJob& job, bool json);

}  // namespace expunge
