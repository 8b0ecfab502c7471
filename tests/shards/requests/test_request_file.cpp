// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <fstream>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "framework/io/file_system.hpp"
#include "framework/random/key.hpp"
#include "shards/requests/request.hpp"
#include "shards/requests/request_file.hpp"
#include "tests/support/failure_message.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

std::vector<Request> json(std::string_view text) {
  return parse_json_requests(text, "requests.jsonl");
}

std::string fault(const std::string& text) {
  return failure_of([&] { static_cast<void>(parse_json_requests(text, "requests.jsonl")); });
}

/// A line with everything that is required, and this besides.
std::string line(const std::string& fields, const std::string& id = "r-1") {
  return fmt::format("{{\"request_id\":\"{}\",{}}}\n", id, fields);
}

std::vector<std::uint64_t> ids_of(const Request& request) {
  std::vector<std::uint64_t> ids;
  for (const SampleId id : std::get<std::vector<SampleId>>(request.selector)) ids.push_back(id.value());
  return ids;
}

constexpr std::string_view kNothing = "requests.jsonl: 1 fault, nothing was accepted:\n  line 1 (r-1): ";

}  // namespace

TEST_CASE("a JSON line gives every field of a request") {
  const auto requests = json(
      R"({"request_id":"r-000123","requested_by":"dpo","received_at":"2026-03-01T09:30:00Z","sample_ids":[17,4051],)"
      R"("regulation":"GDPR","due_at":"2026-04-01","priority":-2,"reason":"erasure"})"
      "\n");

  REQUIRE(requests.size() == 1);
  const Request& request = requests[0];
  CHECK(request.id == "r-000123");
  CHECK(request.requested_by == "dpo");
  CHECK(ids_of(request) == std::vector<std::uint64_t>{17, 4051});
  CHECK(to_text(request.received_at.value()) == "2026-03-01T09:30:00Z");
  CHECK(to_text(request.due_at.value()) == "2026-04-01T23:59:59Z");
  CHECK(request.regulation == "GDPR");
  CHECK(request.priority == -2);
  CHECK(request.reason == "erasure");
  CHECK(request.line == 1);
}

TEST_CASE("a request selects by ids, by half-open ranges, by a subject or by a label") {
  const auto requests = json(line(R"("sample_ids":[0,18446744073709551614])", "a") +
                             line(R"("ranges":[[100,200],[0,9223372036854775808]])", "b") +
                             line(R"("subject_id":"Zoë \"u-88\"")", "c") + line(R"("label":0)", "d"));

  REQUIRE(requests.size() == 4);
  CHECK(ids_of(requests[0]) == std::vector<std::uint64_t>{0, 18446744073709551614U});
  CHECK(std::get<std::vector<IdRange>>(requests[1].selector) ==
        std::vector<IdRange>{{100, 200}, {0, 9223372036854775808U}});
  CHECK(std::get<SubjectSelector>(requests[2].selector).subject == "Zoë \"u-88\"");
  CHECK(std::get<LabelSelector>(requests[3].selector).label == 0);
}

TEST_CASE("a byte order mark, carriage returns, blank lines and a missing last line end are tolerated") {
  const auto requests = json("\xEF\xBB\xBF\r\n" + line("\"label\":1", "a") + "\n  \t\r\n" +
                             "{\"request_id\":\"b\",\"label\":2}\r\n\n{\"request_id\":\"c\",\"label\":3}");

  REQUIRE(requests.size() == 3);
  CHECK(requests[0].line == 2);
  CHECK(requests[1].line == 5);
  CHECK(requests[2].id == "c");
  CHECK(requests[2].line == 7);
}

TEST_CASE("requests keep the order of the file") {
  const auto requests = json(line("\"label\":1", "z") + line("\"label\":1", "a") + line("\"label\":1", "m"));

  REQUIRE(requests.size() == 3);
  CHECK(requests[0].id == "z");
  CHECK(requests[1].id == "a");
  CHECK(requests[2].id == "m");
}

TEST_CASE("the same id with the same content is one request, however its ids are ordered, repeated or put in ranges") {
  const auto requests = json(line(R"("sample_ids":[5,3,4,9])") + line(R"("sample_ids":[9,3,4,5,5])") +
                             line(R"("ranges":[[9,10],[3,5],[4,6]])"));

  REQUIRE(requests.size() == 1);
  CHECK(requests[0].line == 1);
}

TEST_CASE("the same id with other content is rejected, with both lines named") {
  for (const auto* other :
       {R"("sample_ids":[4])", R"("sample_ids":[3],"reason":"x")", R"("sample_ids":[3],"priority":1)",
        R"("sample_ids":[3],"due_at":"2026-04-01")", R"("sample_ids":[3],"regulation":"GDPR")",
        R"("sample_ids":[3],"received_at":"2026-04-01")", R"("label":3)", R"("subject_id":"3")"}) {
    CAPTURE(other);
    const std::string message = fault(line(R"("sample_ids":[3])") + "\n" + line(other));
    CHECK(contains(message, "line 3 (r-1): line 1 has a request of the same id and other content"));
  }
}

TEST_CASE("a second requester's erasure with the same request id is not lost") {
  const auto requests = json(line(R"("requested_by":"alice","sample_ids":[1])") +
                             line(R"("requested_by":"bob","sample_ids":[2])") + line(R"("sample_ids":[3])"));

  REQUIRE(requests.size() == 3);
  CHECK(requests[1].requested_by == "bob");
  CHECK(ids_of(requests[1]) == std::vector<std::uint64_t>{2});
  CHECK(requests[2].requested_by.empty());
}

TEST_CASE("an unknown field is refused, and the nearest name is offered") {
  CHECK(fault(line(R"("sample_id":[1],"label":1)")) ==
        std::string(kNothing) + "'sample_id' is no field of a request; did you mean 'sample_ids'?");
  CHECK(contains(fault(line(R"("colour":{"a":[1,{"label":2}]},"label":1)")),
                 "'colour' is no field of a request; those are "));
}

TEST_CASE("ids that are negative, fractional, too large or no numbers are refused") {
  const std::string rule = ": sample ids are integers from 0 to 18446744073709551614";
  CHECK(fault(line("\"sample_ids\":[1,-3]")) == std::string(kNothing) + "'sample_ids' holds -3" + rule);
  CHECK(fault(line("\"sample_ids\":[1.5]")) == std::string(kNothing) + "'sample_ids' holds 1.5" + rule);
  CHECK(contains(fault(line("\"sample_ids\":[1e3]")), "holds 1e3:"));
  CHECK(ids_of(json(line("\"sample_ids\":[-0]")).at(0)) == std::vector<std::uint64_t>{0});
  CHECK(contains(fault(line("\"sample_ids\":[18446744073709551615]")), "holds 18446744073709551615:"));
  CHECK(contains(fault(line("\"sample_ids\":[18446744073709551616]")), "holds 18446744073709551616:"));
  CHECK(contains(fault(line("\"sample_ids\":[-9223372036854775809]")), "holds -9223372036854775809:"));
  CHECK(contains(fault(line("\"sample_ids\":[\"17\"]")), "holds the text '17':"));
  CHECK(contains(fault(line("\"sample_ids\":[null,true,[7],{\"a\":1}]")), "holds null"));
  CHECK(contains(fault(line("\"sample_ids\":[null,true,[7],{\"a\":1}]")), "(and 3 more in this list)"));
  CHECK(contains(fault(line("\"sample_ids\":17")), "'sample_ids' is 17: expected a list"));
  CHECK(contains(fault(line("\"sample_ids\":[]")), "'sample_ids' is empty"));
}

TEST_CASE("a range that is empty, reversed or no pair is refused") {
  CHECK(fault(line("\"ranges\":[[200,100]]")) ==
        std::string(kNothing) + "'ranges' holds [200, 100): it ends before it begins");
  CHECK(contains(fault(line("\"ranges\":[[5,6],[5,5]]")), "'ranges' holds [5, 5): it is empty"));
  CHECK(contains(fault(line("\"ranges\":[[5]]")), "'ranges' holds a list of 1"));
  CHECK(contains(fault(line("\"ranges\":[[5,6,7]]")), "'ranges' holds a list of 3"));
  CHECK(contains(fault(line("\"ranges\":[5,6]")), "'ranges' holds 5: each range is a pair"));
  CHECK(contains(fault(line("\"ranges\":[[-5,6]]")), "'ranges' holds -5"));
  CHECK(contains(fault(line("\"ranges\":[[5,[6]]]")), "'ranges' holds a list"));
  CHECK(contains(fault(line("\"ranges\":[]")), "'ranges' is empty"));
  CHECK(json(line("\"ranges\":[[5,18446744073709551615]]")).size() == 1);
}

TEST_CASE("a request names one kind of thing, and names it") {
  CHECK(contains(fault("{\"request_id\":\"r-1\"}\n"), "line 1 (r-1): names nothing"));
  CHECK(contains(fault(line("\"label\":1,\"sample_ids\":[1]")), "gives 'sample_ids' and 'label'"));
  CHECK(contains(fault("{\"label\":1}"), "line 1: 'request_id' is missing"));
  CHECK(contains(fault("{\"request_id\":\"\",\"label\":1}"), "line 1: 'request_id' is empty"));
  CHECK(contains(fault("{\"request_id\":7,\"label\":1}"), "line 1: 'request_id' is 7: expected a text"));
  CHECK(contains(fault(line("\"label\":1,\"label\":2")), "'label' is given twice"));
  CHECK(contains(fault(line("\"label\":-1")), "'label' is -1"));
  CHECK(contains(fault(line("\"label\":\"cat\"")), "'label' is the text 'cat'"));
  CHECK(contains(fault(line("\"subject_id\":\"\"")), "'subject_id' is empty"));
  CHECK(contains(fault(line("\"subject_id\":88")), "'subject_id' is 88: expected a text"));
}

TEST_CASE("times, priorities and names that can't be meant are refused") {
  CHECK(contains(fault(line("\"label\":1,\"received_at\":\"2026-02-30\"")), "'received_at' is '2026-02-30': expected"));
  CHECK(contains(fault(line("\"label\":1,\"received_at\":\"2026-02-03T10:00:00\"")), "a time with its zone"));
  CHECK(contains(fault(line("\"label\":1,\"due_at\":\"\"")), "'due_at' is ''"));
  CHECK(contains(fault(line("\"label\":1,\"due_at\":null")), "'due_at' is null: expected a text"));
  CHECK(contains(fault(line("\"label\":1,\"priority\":1.5")), "'priority' is 1.5: expected an integer"));
  CHECK(contains(fault(line("\"label\":1,\"priority\":9223372036854775808")), "'priority' is 9223372036854775808"));
  CHECK(
      contains(fault("{\"request_id\":\"a\\nb\",\"label\":1}"), "'request_id' is 'a?b': it holds a control character"));
  CHECK(contains(fault(line("\"label\":1,\"reason\":\"a\\u0000b\"")), "'reason' holds a zero byte"));
}

TEST_CASE("what is no JSON, no object or no UTF-8 is refused with its line") {
  CHECK(contains(fault(line("\"label\":1") + "{\"request_id\":\"a\",\n"), "line 2 (a): is not JSON at byte 19"));
  CHECK(contains(fault("{\"request_id\":\"a\",\"label\":1} x"), "line 1 (a): is not JSON at byte"));
  CHECK(contains(fault("[1]"), "write one object a line"));
  CHECK(contains(fault("{\"request_id\":\"a\",\"label\":1}\n[1]"), "line 2: is a list: a request is an object"));
  CHECK(contains(fault("17"), "line 1: is 17: a request is an object"));
  CHECK(contains(fault("\n{\"request_id\":\"\xC3\x28\",\"label\":1}"), "line 2: is not valid UTF-8 at byte 15"));
  CHECK(contains(fault(std::string("{\"request_id\":\"a\",\"label\":1}\0{}", 31)), "line 1: has a zero byte"));
  CHECK(contains(fault(std::string(100'000, '[')), "write one object a line"));
  CHECK(contains(fault("{\"request_id\":" + std::string(100'000, '[')), "line 1: "));
}

TEST_CASE("a file without requests is refused") {
  CHECK(fault("") == "requests.jsonl: 1 fault, nothing was accepted:\n  it holds no request");
  CHECK(contains(fault("\n \r\n"), "it holds no request"));
}

TEST_CASE("all faults of a file are listed with their lines, and nothing is accepted") {
  const std::string message = fault(line("\"label\":1", "a") + line("\"label\":-1", "b") + "nonsense\n" +
                                    line(R"("labl":1,"due_at":"x")", "c") + line(R"("label":2)", "d"));

  CHECK(contains(message, "requests.jsonl: 5 faults, nothing was accepted:\n  line 2 (b): 'label' is -1"));
  CHECK(contains(message, "\n  line 3: is not JSON"));
  CHECK(contains(message, "\n  line 4 (c): 'labl' is no field of a request; did you mean 'label'?"));
  CHECK(contains(message, "\n  line 4 (c): 'due_at' is 'x'"));
  CHECK(contains(message, "\n  line 4 (c): names nothing"));
  CHECK_FALSE(contains(message, "(a)"));
  CHECK_FALSE(contains(message, "(d)"));
}

TEST_CASE("after a hundred faults a message says how many more there are") {
  std::string text;
  for (int i = 0; i < 103; ++i) text += "x\n";

  const std::string message = fault(text);

  CHECK(contains(message, "103 faults"));
  CHECK(contains(message, "line 100: "));
  CHECK_FALSE(contains(message, "line 101: "));
  CHECK(contains(message, "\n  and 3 more"));
}

TEST_CASE("a file is read as CSV where its name ends so, and as JSON lines otherwise") {
  const TemporaryFolder folder;
  std::ofstream(folder / "a.csv") << "request_id,label\nr-1,7\n";
  std::ofstream(folder / "a.jsonl") << line("\"label\":7");

  const auto from_csv = read_requests(folder / "a.csv");
  const auto from_json = read_requests(folder / "a.jsonl");

  REQUIRE(from_csv.size() == 1);
  REQUIRE(from_json.size() == 1);
  CHECK(from_csv[0].content({}) == from_json[0].content({}));
  CHECK(contains(failure_of([&] { static_cast<void>(read_requests(folder / "b.csv")); }), "b.csv"));
  std::ofstream(folder / "bad.csv") << "request_id,label\nr-1,x\n";
  CHECK(contains(failure_of([&] { static_cast<void>(read_requests(folder / "bad.csv")); }), "bad.csv: 1 fault"));
}

TEST_CASE("a request is due as stated, else by its regulation, else never") {
  const auto requests = json(
      line(R"("label":1,"received_at":"2026-01-31T08:00:00Z","regulation":"GDPR","due_at":"2026-02-02")", "a") +
      line(R"("label":1,"received_at":"2026-01-31T08:00:00Z","regulation":"GDPR")", "b") +
      line(R"("label":1,"received_at":"2026-01-31T08:00:00Z")", "c") + line(R"("label":1,"regulation":"GDPR")", "d"));

  REQUIRE(requests.size() == 4);
  CHECK(to_text(requests[0].due().value()) == "2026-02-02T23:59:59Z");
  CHECK(to_text(requests[1].due().value()) == "2026-02-28T08:00:00Z");
  CHECK_FALSE(requests[2].due().has_value());
  CHECK_FALSE(requests[3].due().has_value());
}

TEST_CASE("the digest of a request's content is the one that its specification works out") {
  const auto requests = json(
      R"({"request_id":"r-000124","requested_by":"dpo","received_at":"2026-03-01T10:02:11Z","sample_ids":[17,4051,18]})");
  const Key key({1, 2});

  CHECK(requests.at(0).content(bytes_of_value(key.words())).hex() ==
        "0dea4107a3491a1bf9e9268f10cc6806a97892052288de3448589f7a2708036d");
  CHECK(requests.at(0).content({}) != requests.at(0).content(bytes_of_value(key.words())));
}

TEST_CASE("named ids are ascending, disjoint ranges that do not touch") {
  using Ids = std::vector<SampleId>;
  CHECK(named_ids(Ids{SampleId(7), SampleId(3), SampleId(4), SampleId(3)}) == std::vector<IdRange>{{3, 5}, {7, 8}});
  CHECK(named_ids(std::vector<IdRange>{{5, 9}, {0, 2}, {2, 3}, {6, 7}}) == std::vector<IdRange>{{0, 3}, {5, 9}});
  CHECK(named_ids(Ids{SampleId(kLargestId)}) == std::vector<IdRange>{{kLargestId, kLargestId + 1}});
  CHECK(named_ids(SubjectSelector{"u"}).empty());
}

TEST_CASE("a file that is something else altogether is told as one fault, not one a line") {
  const TemporaryFolder folder;
  publish(system_files(), folder / "requests.txt", bytes_of("request_id,sample_id\nr-1,5\nr-2,6\n"));

  const std::string refusal = failure_of([&] { (void)read_requests(folder / "requests.txt"); });

  CHECK(contains(refusal, "requests.txt: 1 fault, nothing was accepted"));
  CHECK(contains(refusal, "a name that ends in .csv"));
}
