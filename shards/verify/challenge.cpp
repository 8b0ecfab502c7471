// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/verify/challenge.hpp"

#include <algorithm>
#include <utility>

#include "framework/core/error.hpp"

namespace expunge {

std::vector<StageName> picked_stages(const std::vector<StageName>& stages, ByteView challenge,
                                     const Digest& journal_head, Fraction fraction) {
  constexpr std::uint64_t kWhole = 1'000'000;
  if (challenge.size() < kShortestChallenge || challenge.size() > kLongestChallenge || fraction.millionths == 0 ||
      fraction.millionths > kWhole)
    throw Bug("a challenge has 16 to 64 bytes, and picks more than nothing and at most all");
  std::vector<std::pair<Digest, StageName>> ranked;
  for (const auto& stage : stages) {
    Hasher hasher("expunge/challenge/v1", challenge);
    hasher.add(ByteView(journal_head.bytes));
    hasher.add(std::uint64_t{stage.shard.value()}).add(std::uint64_t{stage.stage.value()});
    ranked.emplace_back(hasher.finish(), stage);
  }
  std::ranges::sort(ranked);
  ranked.resize((ranked.size() * fraction.millionths + kWhole - 1) / kWhole);
  std::vector<StageName> picked;
  picked.reserve(ranked.size());
  for (const auto& [digest, stage] : ranked) picked.push_back(stage);
  std::ranges::sort(picked);
  return picked;
}

}  // namespace expunge
