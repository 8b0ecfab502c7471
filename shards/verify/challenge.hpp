// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <vector>

#include "framework/core/bytes.hpp"
#include "framework/core/digest.hpp"
#include "framework/core/ids.hpp"

namespace expunge {

/// One stage of one shard.
struct StageName {
  ShardId shard;
  SliceId stage;
  auto operator<=>(const StageName&) const = default;
};

/// A part of a whole, in millionths, so that every machine counts the same: 1 … 1 000 000.
struct Fraction {
  std::uint32_t millionths = 1'000'000;
};

/// Bytes that a challenge may have: fewer could be tried out by whoever made the run, more are no key.
inline constexpr std::size_t kShortestChallenge = 16;
inline constexpr std::size_t kLongestChallenge = 64;

/// The stages that a challenge picks: ⌈fraction · stages⌉ of them, ascending. They follow from the challenge, the
/// journal's head and the stages' names alone, so that who made the run can't choose what is looked at, and who asks
/// can check that nobody did. README.md is the specification.
[[nodiscard]] std::vector<StageName> picked_stages(const std::vector<StageName>& stages, ByteView challenge,
                                                   const Digest& journal_head, Fraction fraction);

}  // namespace expunge
