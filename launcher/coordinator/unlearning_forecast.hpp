// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "launcher/coordinator/coordinator.hpp"
#include "launcher/coordinator/unlearning_report.hpp"

namespace expunge {

/// What accepting these requests, or healing, would mean: what is pending already is worked off with what is new.
[[nodiscard]] UnlearningForecast forecast_of(const Coordinator& coordinator, std::vector<ResolvedRequest> requests,
                                             bool heal, int ranks);

}  // namespace expunge
