// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "framework/text/csv_reader.hpp"

using namespace expunge;

namespace {

struct Record {
  std::size_t line = 0;
  std::vector<std::string> fields;
  std::string problem;
};

std::vector<Record> records_of(std::string_view text) {
  CsvReader reader(text);
  std::vector<Record> records;
  while (reader.next())
    records.push_back({reader.line(), {reader.fields().begin(), reader.fields().end()}, reader.problem()});
  return records;
}

using Fields = std::vector<std::string>;

}  // namespace

TEST_CASE("plain records are split at commas, whatever ends their lines") {
  const auto records = records_of("a,b\r\n,\nlast");

  REQUIRE(records.size() == 3);
  CHECK(records[0].fields == Fields{"a", "b"});
  CHECK(records[1].fields == Fields{"", ""});
  CHECK(records[2].fields == Fields{"last"});
  CHECK(records[2].line == 3);
}

TEST_CASE("quotes hold commas, line breaks and doubled quotes") {
  const auto records = records_of("\"a,b\",\"x\ny\",\"say \"\"no\"\"\",\"\"\nnext");

  REQUIRE(records.size() == 2);
  CHECK(records[0].fields == Fields{"a,b", "x\ny", "say \"no\"", ""});
  CHECK(records[0].problem.empty());
  CHECK(records[1].line == 3);
}

TEST_CASE("blank lines are passed over and counted") {
  const auto records = records_of("\n\r\na\n\n\nb\n\n");

  REQUIRE(records.size() == 2);
  CHECK(records[0].line == 3);
  CHECK(records[1].line == 6);
  CHECK(records_of("").empty());
}

TEST_CASE("a mistake is told with its record, and the next line is read") {
  const auto records = records_of("a\"b\n\"a\"b\n\xff\nfine\n\"open");

  REQUIRE(records.size() == 5);
  CHECK(records[0].problem.starts_with("has a quote inside a field"));
  CHECK(records[1].problem == "has text after the closing quote of a field");
  CHECK(records[2].problem == "is not valid UTF-8 at byte 0");
  CHECK(records[3].problem.empty());
  CHECK(records[3].fields == Fields{"fine"});
  CHECK(records[4].problem == "has a field whose closing quote is missing");
}
