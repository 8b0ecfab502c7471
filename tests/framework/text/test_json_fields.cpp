// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "framework/core/ids.hpp"
#include "framework/text/json_fields.hpp"
#include "tests/support/failure_message.hpp"

using namespace expunge;
using testing::contains;
using testing::failure_of;

namespace {

using Json = nlohmann::ordered_json;

/// What `read` of the document's field 'x' says.
template <class Read>
std::string complaint(const char* value, Read read) {
  const Json document = Json::parse(std::string(R"({"x":)") + value + "}");
  return failure_of([&] { (void)read(JsonField(document, "f.json").at("x")); });
}

}  // namespace

TEST_CASE("each type of field is read") {
  const Json document = Json::parse(R"({
    "count": 18446744073709551615, "small": 255, "real": -0.5, "seconds": 3, "truth": true, "text": "Zoë", "none": null,
    "when": "2026-03-01T09:30:00Z", "shard": 7, "pair": [1, 2], "list": [1, 2, 3], "empty": []})");
  const JsonField field(document, "f.json");

  CHECK(field.at("count").count() == 18'446'744'073'709'551'615U);
  CHECK(field.at("small").number<std::uint8_t>() == 255);
  CHECK(field.at("real").real() == -0.5);
  CHECK(field.at("seconds").seconds() == 3.0);
  CHECK(field.at("truth").truth());
  CHECK(field.at("text").text() == "Zoë");
  CHECK(field.at("none").is_null());
  CHECK(field.at("none").text_or_empty().empty());
  CHECK_FALSE(field.at("none").optional([](const JsonField& f) { return f.count(); }).has_value());
  CHECK(field.at("small").optional([](const JsonField& f) { return f.count(); }) == 255U);
  CHECK(to_text(field.at("when").moment()) == "2026-03-01T09:30:00Z");
  CHECK(field.at("shard").id<ShardId>() == ShardId(7));
  CHECK(field.at("pair").pair().second.count() == 2);
  CHECK(field.at("list").list([](const JsonField& f) { return f.count(); }) == std::vector<std::uint64_t>{1, 2, 3});
  CHECK(field.at("empty").list([](const JsonField& f) { return f.count(); }).empty());
}

TEST_CASE("a digest is read back from its digits") {
  Digest digest;
  digest.bytes[3] = std::byte{0xab};
  const Json document{{"x", digest.hex()}};

  CHECK(JsonField(document, "f.json").at("x").digest() == digest);
  CHECK(JsonField(document, "f.json").at("x").digest<SetDigest>().hex() == digest.hex());
}

TEST_CASE("a field of another type is refused with what is there and what belongs there") {
  const std::string place = "f.json: the field 'x' is ";

  CHECK(complaint("-1", [](const JsonField& f) { return f.count(); }) ==
        place + "-1, expected an integer in 0 … 18446744073709551615");
  CHECK(complaint("2.0", [](const JsonField& f) { return f.count(); }).starts_with(place + "2.0, expected"));
  CHECK(complaint("256", [](const JsonField& f) { return f.number<std::uint8_t>(); }) ==
        place + "256, expected an integer in 0 … 255");
  CHECK(complaint("0", [](const JsonField& f) { return f.id<SliceId>(1).value(); }) ==
        place + "0, expected an integer in 1 … 4294967295");
  CHECK(complaint("\"1\"", [](const JsonField& f) { return f.real(); }) == place + "\"1\", expected a number");
  CHECK(complaint("-0.5", [](const JsonField& f) { return f.seconds(); }) ==
        place + "-0.5, expected a number of at least 0");
  CHECK(complaint("0", [](const JsonField& f) { return f.truth(); }) == place + "0, expected true or false");
  CHECK(complaint("null", [](const JsonField& f) { return f.text(); }) == place + "null, expected a text");
  CHECK(complaint("[]", [](const JsonField& f) { return f.text_or_empty(); }) == place + "[], expected a text");
  CHECK(complaint("{}", [](const JsonField& f) { return f.size(); }) == place + "{}, expected a list");
  CHECK(complaint("[1]", [](const JsonField& f) { return f.pair(); }) == place + "[1], expected a pair");
  CHECK(complaint("\"soon\"", [](const JsonField& f) {
          return f.moment();
        }).starts_with(place + "\"soon\", expected a time"));
  CHECK(complaint("\"ab\"", [](const JsonField& f) { return f.digest(); }) ==
        place + "\"ab\", expected 64 hexadecimal digits");
}

TEST_CASE("a message names the path to the field, through objects and lists") {
  const Json document = Json::parse(R"({"a":[{"b":[[1,"x"]],"c":{"d":true}}]})");
  const JsonField field(document, "f.json");
  const auto count = [](const JsonField& f) { return f.count(); };
  const auto counts = [&](const JsonField& f) { return f.list(count); };

  CHECK(contains(failure_of([&] { (void)field.at("a").at(0).at("b").list(counts); }),
                 "f.json: a[0]: the field 'b[0][1]' is \"x\""));
  CHECK(contains(failure_of([&] { (void)field.at("a").at(0).at("c").at("d").count(); }),
                 "f.json: a[0].c: the field 'd' is true"));
  CHECK(failure_of([&] { (void)field.at("a").at(0).at("c").at("e"); }) == "f.json: a[0].c: the field 'e' is missing");
  CHECK(failure_of([&] { (void)field.at("e"); }) == "f.json: the field 'e' is missing");
  CHECK(failure_of([&] { (void)JsonField(document, "").at("e"); }) == "the field 'e' is missing");
  CHECK(failure_of([&] {
          (void)JsonField(document, "").at("a").at(0).at("c").truth();
        }).starts_with("a[0]: the field 'c'"));
}

TEST_CASE("a document of another type is named by its source") {
  const Json list = Json::array();

  CHECK(failure_of([&] { (void)JsonField(list, "f.json").at("x"); }) == "f.json is [], expected an object");
  CHECK(failure_of([&] { (void)JsonField(list, "").at("x"); }) == "the document is [], expected an object");
}

TEST_CASE("a long value is cut in the message, and bytes that are no text do no harm") {
  const Json document{{"x", std::string(1'000, 'a')}, {"y", "\xff"}};
  const JsonField field(document, "f.json");

  CHECK(failure_of([&] { (void)field.at("x").count(); }).size() < 200);
  CHECK(contains(failure_of([&] { (void)field.at("y").count(); }), "the field 'y' is \"\\ufffd\""));
}

TEST_CASE("an object is read in full: a field that nobody read is refused") {
  const Json document = Json::parse(R"({"a":1,"b":{"c":2,"d":3}})");
  JsonObject object(JsonField(document, "f.json"));
  JsonObject inner(object.at("b"));

  CHECK(object.has("a"));
  CHECK_FALSE(object.has("c"));
  CHECK(inner.at("c").count() == 2);

  CHECK(failure_of([&] { object.finish(4); }) == "f.json: the field 'a' does not belong in format version 4");
  CHECK(failure_of([&] { inner.finish(4); }) == "f.json: b: the field 'd' does not belong in format version 4");
  (void)object.at("a");
  object.finish(4);
  CHECK(failure_of([&] { (void)JsonObject(object.at("a")); }) == "f.json: the field 'a' is 1, expected an object");
}
