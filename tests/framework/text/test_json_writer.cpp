// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "framework/core/error.hpp"
#include "framework/text/json_writer.hpp"

using namespace expunge;

namespace {

using Json = nlohmann::ordered_json;
using Layout = JsonWriter::Layout;

/// One of each thing that can be written.
std::string everything(Layout layout) {
  JsonWriter json(layout);
  json.begin_object().field("count", std::uint64_t{18'446'744'073'709'551'615U}).field("small", std::uint8_t{7});
  json.field("real", 0.1).field("whole", 3.0).field("truth", true).field("none", nullptr);
  json.field("text", "a \"quoted\"\n{Zoë}").field("shard", ShardId(3)).field("digest", Digest{});
  json.field("list", std::vector<std::uint64_t>{1, 2}).field("empty", std::vector<std::uint64_t>{});
  json.name("object").begin_object().end_object();
  json.name("pairs").list(std::vector{1U, 2U}, [&](unsigned number) {
    json.begin_list().value(number).value(std::string(number, 'x')).end_list();
  });
  json.name("document").document(Json::parse(R"({"a":[1,{"b":"\\n"}],"c":{}})"));
  return json.end_object().take();
}

}  // namespace

TEST_CASE("a text is laid out as nlohmann lays out the same document, on one line or indented") {
  const std::string one_line = everything(Layout::kOneLine);
  const std::string indented = everything(Layout::kIndented);

  const Json document = Json::parse(one_line);
  CHECK(document.at("text") == "a \"quoted\"\n{Zoë}");
  CHECK(document.at("digest") == Digest{}.hex());
  CHECK(document.at("pairs").at(1).at(1) == "xx");
  CHECK(one_line == document.dump());
  CHECK(indented == document.dump(2));
}

TEST_CASE("a value may stand alone, and the writer begins anew after each text") {
  JsonWriter json;

  CHECK(json.value(true).take() == "true");
  CHECK(json.begin_list().end_list().take() == "[]");
  CHECK(json.begin_object().end_object().take() == "{}");
}

TEST_CASE("what JSON can't hold is refused") {
  JsonWriter json;

  CHECK_THROWS_WITH_AS(json.value("a\xff"), "JSON holds UTF-8 alone, and the text with the bytes 61ff is none",
                       Failure);
  CHECK_THROWS_AS(json.value(std::numeric_limits<double>::infinity()), Bug);
  CHECK_THROWS_AS(json.value(std::numeric_limits<double>::quiet_NaN()), Bug);
  json.begin_list();
  CHECK_THROWS_AS((void)json.take(), Bug);
}
