// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "aggregation/vote/vote_rule.hpp"
#include "framework/core/error.hpp"

using namespace expunge;

TEST_CASE("a rule's name reads back as the rule") {
  for (const VoteRule rule : {VoteRule::kMajority, VoteRule::kMeanProbability, VoteRule::kWeighted})
    CHECK(parse_vote_rule(to_string(rule)) == rule);
}

TEST_CASE("an unknown rule is refused with the known ones") {
  CHECK_THROWS_WITH_AS((void)parse_vote_rule("major"),
                       "'major' is not a vote: choose majority, mean-probability or weighted", UsageError);
}
