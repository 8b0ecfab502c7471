// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/certificate/envelope.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "framework/core/error.hpp"
#include "framework/text/base64.hpp"
#include "framework/text/json_fields.hpp"
#include "framework/text/strict_json.hpp"

namespace expunge {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kEnvelopeVersion = 1;  // of DSSE

Bytes read_bytes(const JsonField& field) {
  auto bytes = from_base64(field.text());
  if (!bytes) throw field.wrong("base64 (RFC 4648, padded)");
  return std::move(*bytes);
}

}  // namespace

std::string pre_authentication_encoding(std::string_view type, std::string_view payload) {
  return fmt::format("DSSEv1 {} {} {} {}", type.size(), type, payload.size(), payload);
}

Envelope sign_envelope(std::string payload, const SigningKey& key) {
  Envelope envelope;
  envelope.signature = key.sign(bytes_of(pre_authentication_encoding(kPayloadType, payload)));
  envelope.key_id = key.public_key().id();
  envelope.payload = std::move(payload);
  return envelope;
}

bool is_signed_by(const Envelope& envelope, const PublicKey& key) {
  return envelope.key_id == key.id() &&
         key.verifies(bytes_of(pre_authentication_encoding(kPayloadType, envelope.payload)), envelope.signature);
}

std::string envelope_text(const Envelope& envelope) {
  const Json document{
      {"payloadType", kPayloadType},
      {"payload", to_base64(bytes_of(envelope.payload))},
      {"signatures", Json::array({Json{{"keyid", envelope.key_id}, {"sig", to_base64(envelope.signature)}}})}};
  return document.dump(2) + "\n";
}

Envelope parse_envelope(std::string_view text, const std::string& source) {
  const Json document = parse_strict_json(text, source);
  JsonObject object(JsonField(document, source));
  const JsonField type = object.at("payloadType");
  if (type.text() != kPayloadType) throw type.wrong(fmt::format("'{}', which certificates are", kPayloadType));
  const Bytes payload = read_bytes(object.at("payload"));
  const JsonField signatures = object.at("signatures");
  if (signatures.size() != 1) throw signatures.wrong("a list of one signature");
  object.finish(kEnvelopeVersion);

  JsonObject signature(signatures.at(std::size_t{0}));
  Envelope envelope;
  envelope.payload.assign(reinterpret_cast<const char*>(payload.data()), payload.size());
  envelope.key_id = signature.at("keyid").text();
  const JsonField sig = signature.at("sig");
  const Bytes bytes = read_bytes(sig);
  if (bytes.size() != envelope.signature.size())
    throw sig.wrong(fmt::format("{} bytes, not {}", envelope.signature.size(), bytes.size()));
  std::ranges::copy(bytes, envelope.signature.begin());
  signature.finish(kEnvelopeVersion);
  return envelope;
}

}  // namespace expunge
