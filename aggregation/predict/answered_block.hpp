// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "aggregation/vote/answer.hpp"
#include "framework/core/ids.hpp"

namespace expunge {

/// The ensemble's answers for a run of rows; what it points to is valid only while its receiver is being called.
struct AnsweredBlock {
  std::uint64_t first_row = 0;
  std::span<const SampleId> ids = {};    ///< of these rows
  std::span<const Answer> answers = {};  ///< as many
};

}  // namespace expunge
