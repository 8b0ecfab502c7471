// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <doctest/doctest.h>

#include "framework/core/digest.hpp"
#include "framework/text/base64.hpp"
#include "shards/certificate/envelope.hpp"
#include "tests/support/failure_message.hpp"

using namespace expunge;
using testing::contains;
using testing::failure_of;

namespace {

SigningKey test_key() {
  return SigningKey(Digest::from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60").bytes);
}

std::string signed_text() {
  return envelope_text(sign_envelope(R"({"a":1})", test_key()));
}

/// What the reader says of a good envelope in which the first `from` has become `to`.
std::string refusal_after(const std::string& from, const std::string& to) {
  std::string text = signed_text();
  REQUIRE(contains(text, from));
  text.replace(text.find(from), from.size(), to);
  std::string message = failure_of([&] { (void)parse_envelope(text, "c.json"); });
  CHECK(contains(message, "c.json"));
  return message;
}

}  // namespace

TEST_CASE("what is signed is DSSE's pre-authentication encoding") {
  CHECK(pre_authentication_encoding("http://example.com/HelloWorld", "hello world") ==
        "DSSEv1 29 http://example.com/HelloWorld 11 hello world");  // the example of DSSE's protocol.md
  CHECK(pre_authentication_encoding("", "") == "DSSEv1 0  0 ");

  const Envelope envelope = sign_envelope("{}", test_key());

  CHECK(test_key().public_key().verifies(bytes_of("DSSEv1 28 application/vnd.in-toto+json 2 {}"), envelope.signature));
}

TEST_CASE("an envelope comes back as it was written, and its key has signed it") {
  const Envelope envelope = sign_envelope(R"({"a":1})", test_key());

  const Envelope read = parse_envelope(envelope_text(envelope), "c.json");

  CHECK(read == envelope);
  CHECK(is_signed_by(read, test_key().public_key()));
  CHECK_FALSE(is_signed_by(read, SigningKey::generate().public_key()));
}

TEST_CASE("an altered payload, signature or key id is not signed") {
  Envelope payload = sign_envelope(R"({"a":1})", test_key());
  Envelope signature = payload;
  Envelope id = payload;
  payload.payload[5] = '2';
  signature.signature[0] ^= std::byte{1};
  id.key_id[0] = id.key_id[0] == '0' ? '1' : '0';

  CHECK_FALSE(is_signed_by(payload, test_key().public_key()));
  CHECK_FALSE(is_signed_by(signature, test_key().public_key()));
  CHECK_FALSE(is_signed_by(id, test_key().public_key()));
}

TEST_CASE("an envelope of another form is refused with the field that is wrong") {
  CHECK(contains(refusal_after("vnd.in-toto", "vnd.in-tot0"),
                 "'payloadType' is \"application/vnd.in-tot0+json\", expected 'application"));
  CHECK(contains(refusal_after("\"payload\"", "\"paylaod\""), "the field 'payload' is missing"));
  CHECK(contains(refusal_after("\"sig\"", "\"signed\""), "signatures[0]: the field 'sig' is missing"));
  CHECK(contains(refusal_after("\"keyid\"", "\"more\": 1, \"keyid\""), "the field 'more' does not belong"));
  CHECK(contains(refusal_after("\"payload\"", "\"payloadType\": \"x\", \"payload\""), "'payloadType' stands twice"));
  CHECK(contains(refusal_after("eyJhIjoxfQ==", "eyJhIjoxfQ"), "'payload' is \"eyJhIjoxfQ\", expected base64"));
  CHECK(contains(refusal_after("eyJhIjoxfQ==", "eyJhIjoxfR=="), "'payload' is \"eyJhIjoxfR==\", expected base64"));
  CHECK(contains(refusal_after("\"eyJhIjoxfQ==\"", "7"), "'payload' is 7, expected a text"));
  CHECK(contains(refusal_after("\"sig\": \"", "\"sig\": \"AAAA"), "expected 64 bytes, not 67"));
  CHECK(contains(refusal_after("{\n", "[\n"), "is not JSON"));
}

TEST_CASE("nothing may follow an envelope, and it holds one signature") {
  CHECK(contains(failure_of([&] { (void)parse_envelope(signed_text() + "x", "c.json"); }), "c.json is not JSON"));
  CHECK(contains(failure_of([&] { (void)parse_envelope("", "c.json"); }), "c.json is not JSON"));
  CHECK(contains(failure_of([&] {
                   (void)parse_envelope(
                       R"({"payloadType":"application/vnd.in-toto+json","payload":"e30=","signatures":[]})", "c.json");
                 }),
                 "the field 'signatures' is [], expected a list of one signature"));
}

TEST_CASE("an envelope that nests without end is refused, not followed") {
  const std::string deep(100'000, '[');

  CHECK(contains(failure_of([&] { (void)parse_envelope(deep, "c.json"); }), "nests more than 32 deep"));
}
