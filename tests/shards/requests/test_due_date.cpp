// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "shards/requests/due_date.hpp"

using namespace expunge;

namespace {

std::string read_due(std::string_view text) {
  const auto moment = parse_due(text);
  return moment ? to_text(*moment) : "none";
}

std::string due(std::string_view received, std::string_view regulation) {
  const auto moment = due_by_regulation(parse_moment(received).value(), regulation);
  return moment ? to_text(*moment) : "none";
}

}  // namespace

TEST_CASE("a date alone is the end of its day as a due time") {
  CHECK(read_due("2026-03-01") == "2026-03-01T23:59:59Z");
  CHECK(read_due("2026-03-01T09:30:00+01:00") == "2026-03-01T08:30:00Z");
  CHECK(read_due("soon") == "none");
}

TEST_CASE("GDPR's calendar month from 31 January ends on the last day of February") {
  CHECK(due("2026-01-31T10:11:12Z", "GDPR") == "2026-02-28T10:11:12Z");
  CHECK(due("2024-01-31T10:11:12Z", "GDPR") == "2024-02-29T10:11:12Z");
  CHECK(due("2024-01-30T00:00:00Z", "GDPR") == "2024-02-29T00:00:00Z");
  CHECK(due("2026-03-31T23:59:59Z", "GDPR") == "2026-04-30T23:59:59Z");
}

TEST_CASE("GDPR's calendar month is no count of days: it keeps the day and the time of day") {
  CHECK(due("2026-03-01T09:30:00Z", "GDPR") == "2026-04-01T09:30:00Z");
  CHECK(due("2026-02-28T09:30:00Z", "GDPR") == "2026-03-28T09:30:00Z");
  CHECK(due("2026-12-15T00:00:00Z", "GDPR") == "2027-01-15T00:00:00Z");
}

TEST_CASE("CCPA gives 45 days, and no other name gives a date") {
  CHECK(due("2026-01-31T10:11:12Z", "CCPA") == "2026-03-17T10:11:12Z");
  CHECK(due("2024-01-31T10:11:12Z", "CCPA") == "2024-03-16T10:11:12Z");
  CHECK(due("2026-01-31T10:11:12Z", "") == "none");
  CHECK(due("2026-01-31T10:11:12Z", "LGPD") == "none");
}

TEST_CASE("a due time that could not be written down is none") {
  CHECK(due("9999-12-15T00:00:00Z", "GDPR") == "none");
  CHECK(due("9999-12-15T00:00:00Z", "CCPA") == "none");
}
