// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include <doctest/doctest.h>

#include "framework/device/fingerprint.hpp"

using namespace expunge;

TEST_CASE("fingerprints that differ are told entry by entry") {
  const Fingerprint here{{"threads", "2"}, {"torch", "1"}, {"new", "x"}};
  const Fingerprint recorded{{"threads", "1"}, {"torch", "1"}, {"old", "y"}};

  const auto found = differences(here, recorded);

  REQUIRE(found.size() == 3);
  CHECK(found[0] == "new is 'x' here and was not recorded");
  CHECK(found[1] == "threads is '2' here and was '1'");
  CHECK(found[2] == "old was 'y' and is not known here");
  CHECK(differences(here, here).empty());
  CHECK(fingerprint_digest(here) != fingerprint_digest(recorded));
}

TEST_CASE("a field of a later format that has its value at introduction leaves an older run's fingerprint as it was") {
  constexpr std::array kLater{LaterField{"fused", "off"}};
  const Fingerprint old{{"threads", "1"}};

  const Fingerprint now = as_stored({{"threads", "1"}, {"fused", "off"}}, kLater);

  CHECK(now == old);
  CHECK(fingerprint_digest(now) == fingerprint_digest(old));
  CHECK(differences(now, old, kLater).empty());
}

TEST_CASE("a field of a later format with another value differs from an older run's, in both directions") {
  constexpr std::array kLater{LaterField{"fused", "off"}};
  const Fingerprint old{{"threads", "1"}};
  const Fingerprint fused = as_stored({{"threads", "1"}, {"fused", "on"}}, kLater);

  CHECK(fingerprint_digest(fused) != fingerprint_digest(old));
  CHECK(differences(fused, old, kLater) == std::vector<std::string>{"fused is 'on' here and was 'off'"});
  CHECK(differences(old, fused, kLater) == std::vector<std::string>{"fused is 'off' here and was 'on'"});
}
