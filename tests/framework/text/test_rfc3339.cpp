// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "framework/text/rfc3339.hpp"

using namespace expunge;

namespace {

/// What a text means, written out; "none" where it means nothing.
std::string read(std::string_view text) {
  const auto moment = parse_moment(text);
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

TEST_CASE("a date alone is its midnight, or the time of day that the caller gives it") {
  CHECK(read("2026-03-01") == "2026-03-01T00:00:00Z");
  CHECK(parse_moment("2026-03-01", std::chrono::hours(12)) == parse_moment("2026-03-01T12:00:00Z"));
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

TEST_CASE("a moment whose year has more than four digits can't be written") {
  const Moment last = parse_moment("9999-12-31T23:59:59Z").value();

  CHECK(only_writable(last) == last);
  CHECK_FALSE(only_writable(last + std::chrono::seconds(1)).has_value());
}
