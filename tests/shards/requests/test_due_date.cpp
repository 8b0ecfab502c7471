// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <chrono>

#include <doctest/doctest.h>

#include "shards/requests/due_date.hpp"

using namespace expunge;

namespace {

/// What a text means, written out; "none" where it means nothing.
std::string read(std::string_view text) {
  const auto moment = parse_moment(text);
  return moment ? to_text(*moment) : "none";
}

std::string read_due(std::string_view text) {
  const auto moment = parse_due(text);
  return moment ? to_text(*moment) : "none";
}

std::string due(std::string_view received, std::string_view regulation) {
  const auto moment = due_by_regulation(parse_moment(received).value(), regulation);
  return moment ? to_text(*moment) : "none";
}

}  // namespace

TEST_CASE("a time is read with its zone and written in UTC, its fractions dropped") {
  CHECK(read("2026-03-01T09:30:00Z") == "2026-03-01T09:30:00Z");
  CHECK(read("2026-03-01T09:30:00.25+01:00") == "2026-03-01T08:30:00Z");
  CHECK(read("2026-03-01T00:30:00+01:00") == "2026-02-28T23:30:00Z");
  CHECK(read("2026-12-31T23:30:00-05:30") == "2027-01-01T05:00:00Z");
  CHECK(read("2026-03-01t09:30:59.999999999z") == "2026-03-01T09:30:59Z");
  CHECK(parse_moment("1970-01-02T00:00:01Z") == Moment(std::chrono::seconds(86'401)));
}

TEST_CASE("a date alone is its midnight as a receipt, and the end of its day as a due time") {
  CHECK(read("2026-03-01") == "2026-03-01T00:00:00Z");
  CHECK(read_due("2026-03-01") == "2026-03-01T23:59:59Z");
  CHECK(read_due("2026-03-01T09:30:00+01:00") == "2026-03-01T08:30:00Z");
  CHECK(read_due("soon") == "none");
}

TEST_CASE("leap years have a 29 February, and centuries only every fourth time") {
  CHECK(read("2024-02-29") == "2024-02-29T00:00:00Z");
  CHECK(read("2000-02-29") == "2000-02-29T00:00:00Z");
  CHECK(read("2023-02-29") == "none");
  CHECK(read("1900-02-29") == "none");
  CHECK(read("2100-02-29") == "none");
}

TEST_CASE("what is no date, no time of day, or has no zone is no time") {
  for (const auto* text : {"",
                           "2026",
                           "2026-3-1",
                           "2026-13-01",
                           "2026-00-10",
                           "2026-04-31",
                           "2026-01-00",
                           "26-03-01",
                           " 2026-03-01",
                           "2026-03-01 ",
                           "2026-03-01T",
                           "2026-03-01T09:30:00",
                           "2026-03-01T09:30Z",
                           "2026-03-01T24:00:00Z",
                           "2026-03-01T09:60:00Z",
                           "2026-03-01T09:30:60Z",
                           "2026-03-01T09:30:00.Z",
                           "2026-03-01T09:30:00+1:00",
                           "2026-03-01T09:30:00+24:00",
                           "2026-03-01T09:30:00+01:60",
                           "2026-03-01T09:30:00Zulu",
                           "2026-03-01 09:30:00Z",
                           "+026-03-01",
                           "2026-03-01T-9:30:00Z",
                           "9999-12-31T23:59:59-01:00",
                           "0000-01-01T00:00:00+00:01"}) {
    CAPTURE(text);
    CHECK(read(text) == "none");
  }
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
