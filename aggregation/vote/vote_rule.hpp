// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace expunge {

/// How constituents' outputs become one answer.
///
/// kMajority: every constituent votes for its most probable class; the most votes win; among equals the larger summed
/// probability, then the lowest class. kMeanProbability: the largest summed probability, then the lowest class.
/// kWeighted: as kMajority, a vote counting as many times as the served state of its constituent saw live samples.
enum class VoteRule : std::uint8_t { kMajority, kMeanProbability, kWeighted };

/// "majority", "mean-probability", "weighted". Throws UsageError that lists them for anything else.
[[nodiscard]] VoteRule parse_vote_rule(const std::string& text);
[[nodiscard]] std::string to_string(VoteRule rule);

}  // namespace expunge
