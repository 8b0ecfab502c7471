// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

#include "aggregation/audit/canary_score.hpp"

using namespace expunge;

TEST_CASE("a backdoor succeeds on the rows that are answered with its target, whatever their labels") {
  const Probabilities patched{
      .classes = 2, .values = {0.9F, 0.1F, 0.2F, 0.8F, 0.3F, 0.7F, 0.4F, 0.6F}, .labels = {0, 0, 1, 1}};

  CHECK(backdoor_success(patched, 1) == 0.75);
  CHECK(backdoor_success(patched, 0) == 0.25);
}

TEST_CASE("a flip's accuracy counts the rows of the flipped classes alone") {
  const Probabilities model{.classes = 3,
                            .values = {0.8F, 0.1F, 0.1F,   // label 0, right
                                       0.1F, 0.8F, 0.1F,   // label 0, wrong
                                       0.8F, 0.1F, 0.1F,   // label 1, wrong
                                       0.1F, 0.1F, 0.8F},  // label 2, right
                            .labels = {0, 0, 1, 2}};

  CHECK(accuracy_on_classes(model, std::vector<std::int32_t>{0}) == 0.5);
  CHECK(accuracy_on_classes(model, std::vector<std::int32_t>{1, 2}) == 0.5);
  CHECK(accuracy_on_classes(model, std::vector<std::int32_t>{1}) == 0.0);
}

TEST_CASE("a canary has no score where no row speaks of it") {
  const Probabilities empty{.classes = 2, .values = {}, .labels = {}};
  const Probabilities one{.classes = 2, .values = {0.9F, 0.1F}, .labels = {0}};

  CHECK_FALSE(backdoor_success(empty, 1).has_value());
  CHECK_FALSE(accuracy_on_classes(one, std::vector<std::int32_t>{1}).has_value());
  CHECK_FALSE(accuracy_on_classes(one, std::vector<std::int32_t>{}).has_value());
}
