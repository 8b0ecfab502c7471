// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "aggregation/vote/vote_rule.hpp"

#include "framework/core/error.hpp"

namespace expunge {

VoteRule parse_vote_rule(const std::string& text) {
  for (const VoteRule rule : {VoteRule::kMajority, VoteRule::kMeanProbability, VoteRule::kWeighted})
    if (text == to_string(rule)) return rule;
  throw UsageError(fmt::format("'{}' is not a vote: choose majority, mean-probability or weighted", text));
}

std::string to_string(VoteRule rule) {
  switch (rule) {
    case VoteRule::kMajority:
      return "majority";
    case VoteRule::kMeanProbability:
      return "mean-probability";
    case VoteRule::kWeighted:
      return "weighted";
  }
  throw Bug("a vote rule without a name");
}

}  // namespace expunge
