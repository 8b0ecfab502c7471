// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "framework/core/error.hpp"

namespace expunge {

/// `expunge data scrub`: writes a run's data without the samples whose deletion was accepted. Such a data set still
/// fits the run, and a fresh training on it ends in the models that unlearning gave.
[[nodiscard]] Exit run_data_scrub(std::span<const std::string> arguments);

}  // namespace expunge
