// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "shards/requests/request_file.hpp"
#include "tests/support/failure_message.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

std::vector<Request> csv(std::string_view text) {
  return parse_csv_requests(text, "requests.csv");
}

std::string fault(const std::string& text) {
  return failure_of([&] { static_cast<void>(parse_csv_requests(text, "requests.csv")); });
}

std::vector<std::uint64_t> ids_of(const Request& request) {
  std::vector<std::uint64_t> ids;
  for (const SampleId id : std::get<std::vector<SampleId>>(request.selector)) ids.push_back(id.value());
  return ids;
}

}  // namespace

TEST_CASE("a CSV row gives every field of a request, in the columns' order of its header") {
  const auto requests =
      csv("reason,request_id,requested_by,received_at,sample_id,first_id,end_id,subject_id,label,regulation,due_at,"
          "priority\n"
          "erasure,r-1,dpo,2026-03-01T09:30:00Z,17,,,,,GDPR,2026-04-01,-2\n"
          ",r-2,,,,100,200,,,,,\n,r-3,,,,,,u-88,,,,\n,r-4,,,,,,,9,,,\n");

  REQUIRE(requests.size() == 4);
  const Request& request = requests[0];
  CHECK(request.id == "r-1");
  CHECK(request.requested_by == "dpo");
  CHECK(ids_of(request) == std::vector<std::uint64_t>{17});
  CHECK(to_text(request.received_at.value()) == "2026-03-01T09:30:00Z");
  CHECK(to_text(request.due_at.value()) == "2026-04-01T23:59:59Z");
  CHECK(request.regulation == "GDPR");
  CHECK(request.priority == -2);
  CHECK(request.reason == "erasure");
  CHECK(request.line == 2);
  CHECK(std::get<std::vector<IdRange>>(requests[1].selector) == std::vector<IdRange>{{100, 200}});
  CHECK(std::get<SubjectSelector>(requests[2].selector).subject == "u-88");
  CHECK(std::get<LabelSelector>(requests[3].selector).label == 9);
  CHECK(requests[3].line == 5);
}

TEST_CASE("rows that share a request id are one request, wherever they stand") {
  const auto requests = csv("request_id,sample_id,first_id,end_id\na,1,,\nb,,10,20\na,2,,\nb,,30,31\nc,5,,\na,1,,\n");

  REQUIRE(requests.size() == 3);
  CHECK(requests[0].id == "a");
  CHECK(ids_of(requests[0]) == std::vector<std::uint64_t>{1, 2, 1});
  CHECK(std::get<std::vector<IdRange>>(requests[1].selector) == std::vector<IdRange>{{10, 20}, {30, 31}});
  CHECK(requests[2].line == 6);
}

TEST_CASE("rows of two requesters with the same request id are two requests") {
  const auto requests = csv("request_id,requested_by,sample_id\nr-1,alice,1\nr-1,bob,2\nr-1,alice,3\n");

  REQUIRE(requests.size() == 2);
  CHECK(ids_of(requests[0]) == std::vector<std::uint64_t>{1, 3});
  CHECK(requests[1].requested_by == "bob");
}

TEST_CASE("both formats give the same requests") {
  const auto from_csv =
      csv("request_id,requested_by,received_at,sample_id,regulation,priority\n"
          "a,dpo,2026-03-01,3,GDPR,4\na,dpo,,5,,\na,dpo,2026-03-01T00:00:00Z,4,GDPR,4\n");
  const auto from_json = parse_json_requests(
      R"({"request_id":"a","requested_by":"dpo","received_at":"2026-03-01","ranges":[[3,6]],"regulation":"GDPR","priority":4})",
      "requests.jsonl");

  REQUIRE(from_csv.size() == 1);
  CHECK(from_csv[0].content({}) == from_json.at(0).content({}));
}

TEST_CASE("columns that contradict each other within a request are refused with their line") {
  const std::string header = "request_id,received_at,sample_id,subject_id,label,regulation,due_at,priority,reason\n";
  const std::string first = "r,2026-03-01,1,,,GDPR,2026-04-01,0,moved\n";
  const auto refused = [&](const std::string& row) { return fault(header + first + row + "\n"); };

  CHECK(refused("r,,2,,,CCPA,,,") ==
        "requests.csv: 1 fault, nothing was accepted:\n"
        "  line 3 (r): 'regulation' is 'CCPA' here and 'GDPR' in line 2, where the request begins");
  CHECK(contains(refused("r,2026-03-02,2,,,,,,"), "'received_at' is '2026-03-02' here and '2026-03-01T00:00:00Z'"));
  CHECK(contains(refused("r,,2,,,,2026-04-02,,"), "'due_at' is '2026-04-02' here"));
  CHECK(contains(refused("r,,2,,,,,1,"), "'priority' is '1' here and '0'"));
  CHECK(contains(refused("r,,2,,,,,,other"), "'reason' is 'other' here and 'moved'"));
  CHECK(contains(refused("r,,,u-1,,,,,"), "names a subject here and a sample in line 2"));
  CHECK(contains(refused("r,,,,3,,,,"), "names a class here and a sample in line 2"));
  CHECK(contains(fault("request_id,subject_id\nr,a\nr,b\n"), "line 3 (r): names a subject here and another in line 2"));
  CHECK(csv("request_id,subject_id\nr,a\nr,a\n").size() == 1);
}

TEST_CASE("quoted fields hold commas, doubled quotes and line breaks, and lines are still counted") {
  const auto requests =
      csv("\"request_id\",\"subject_id\",reason\r\n"
          "\"r,1\",\"Ann \"\"A\"\" Lee\",\"two\nlines\"\r\n"
          "r-2,\"u-2\",\"\"\r\n");

  REQUIRE(requests.size() == 2);
  CHECK(requests[0].id == "r,1");
  CHECK(std::get<SubjectSelector>(requests[0].selector).subject == "Ann \"A\" Lee");
  CHECK(requests[0].reason == "two\nlines");
  CHECK(requests[0].line == 2);
  CHECK(requests[1].reason.empty());
  CHECK(requests[1].line == 4);
}

TEST_CASE("wrong quotes are refused with the line where their row begins, and the next rows are looked at") {
  const std::string message = fault("request_id,subject_id\na,\"b\" c\nd,e\"f\ng,\ni,\"never closed\nj,k\n");

  CHECK(contains(message, "requests.csv: 4 faults"));
  CHECK(contains(message, "line 2: has text after the closing quote of a field"));
  CHECK(contains(message, "line 3: has a quote inside a field"));
  CHECK(contains(message, "line 4 (g): names nothing"));
  CHECK(contains(message, "line 5: has a field whose closing quote is missing"));
}

TEST_CASE("a byte order mark, carriage returns, blank lines and a missing last line end are tolerated in CSV") {
  const auto requests = csv("\xEF\xBB\xBFrequest_id,label\r\n\r\na,1\r\n\nb,2");

  REQUIRE(requests.size() == 2);
  CHECK(requests[0].id == "a");
  CHECK(requests[0].line == 3);
  CHECK(std::get<LabelSelector>(requests[1].selector).label == 2);
  CHECK(requests[1].line == 5);
}

TEST_CASE("a header with an unknown, repeated or missing column is refused") {
  CHECK(contains(fault("request_id,sample_ids\n"),
                 "line 1: the header's 'sample_ids' is no column of a request file; "
                 "did you mean 'sample_id'?"));
  CHECK(contains(fault("request_id,label,label\n"), "line 1: the header has 'label' twice"));
  CHECK(contains(fault("label\n1\n"), "line 1: the header has no 'request_id'"));
  CHECK(contains(fault("request_id,first_id\n"), "line 1: the header has 'first_id' alone"));
  CHECK(contains(fault("request_id,reason\n"), "line 1: the header names nothing to forget"));
  CHECK(contains(fault("r-1,17\n"), "line 1: the header's 'r-1' is no column"));
  CHECK(contains(fault(""), "it holds no request"));
  CHECK(contains(fault("request_id,label\n"), "it holds no request"));
}

TEST_CASE("rows that can't be meant are refused, each with its line") {
  const std::string message = fault(
      "request_id,sample_id,first_id,end_id,label,priority\n"
      "a,-1,,,,\nb,1.5,,,,\nc,18446744073709551615,,,,\nd, 7,,,,\ne,,9,9,,\nf,,9,8,,\ng,,9,,,\nh,1,,,2,\n"
      "i,,,,,\n,1,,,,\nj,1,,,,high\nk,1\nl,,,,-1,\nm,,1,99999999999999999999,,\n");

  CHECK(contains(message, "14 faults"));
  CHECK(contains(message, "line 2 (a): 'sample_id' is '-1': sample ids are integers from 0 to 18446744073709551614"));
  CHECK(contains(message, "line 3 (b): 'sample_id' is '1.5'"));
  CHECK(contains(message, "line 4 (c): 'sample_id' is '18446744073709551615'"));
  CHECK(contains(message, "line 5 (d): 'sample_id' is ' 7'"));
  CHECK(contains(message, "line 6 (e): has the range [9, 9): it is empty"));
  CHECK(contains(message, "line 7 (f): has the range [9, 8): it ends before it begins"));
  CHECK(contains(message, "line 8 (g): 'end_id' is empty"));
  CHECK(contains(message, "line 9 (h): names more than one thing"));
  CHECK(contains(message, "line 10 (i): names nothing"));
  CHECK(contains(message, "line 11: 'request_id' is empty"));
  CHECK(contains(message, "line 12 (j): 'priority' is 'high'"));
  CHECK(contains(message, "line 13: has 2 fields where the header has 6"));
  CHECK(contains(message, "line 14 (l): 'label' is '-1'"));
  CHECK(contains(message, "line 15 (m): 'end_id' is '99999999999999999999'"));
}

TEST_CASE("a row that is no UTF-8 is refused with its line") {
  CHECK(contains(fault("request_id,subject_id\na,b\nc,\xFF\n"), "line 3: is not valid UTF-8 at byte 2"));
  CHECK(contains(fault(std::string("request_id,subject_id\na,b\0c\n", 28)), "line 2: has a zero byte at byte 3"));
}

TEST_CASE("a row that selects nothing adds nothing to the request that it names, and its fault alone is told") {
  const std::string text = "request_id,sample_id,first_id,end_id\na,9,,\na,x,,\nb,,1,3\nb,,7,y\n";

  const std::string message = failure_of([&] { static_cast<void>(parse_csv_requests(text, "requests.csv")); });

  CHECK(contains(message, "requests.csv: 2 faults, nothing was accepted:"));
  CHECK(contains(message, "line 3 (a): 'sample_id' is 'x'"));
  CHECK(contains(message, "line 5 (b): 'end_id' is 'y'"));
}
