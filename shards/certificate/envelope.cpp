// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/certificate/envelope.hpp"

#include <algorithm>
#include <initializer_list>

#include <nlohmann/json.hpp>

#include "framework/core/error.hpp"
#include "framework/text/base64.hpp"
#include "framework/text/strict_json.hpp"

namespace expunge {

namespace {

using Json = nlohmann::ordered_json;

void check_fields(const Json& object, const std::string& place, std::initializer_list<std::string_view> names) {
  if (!object.is_object()) throw Failure(fmt::format("{}: expected an object, found {}", place, object.type_name()));
  for (const auto name : names)
    if (!object.contains(name)) throw Failure(fmt::format("{}: the field '{}' is missing", place, name));
  for (const auto& [name, value] : object.items())
    if (std::ranges::find(names, name) == names.end())
      throw Failure(fmt::format("{}: the field '{}' does not belong in an envelope", place, name));
}

const std::string& text_at(const Json& object, const std::string& place, const char* name) {
  const Json& value = object.at(name);
  if (!value.is_string())
    throw Failure(fmt::format("{}: the field '{}' is {}, expected a text", place, name, value.type_name()));
  return value.get_ref<const std::string&>();
}

Bytes bytes_at(const Json& object, const std::string& place, const char* name) {
  auto bytes = from_base64(text_at(object, place, name));
  if (!bytes) throw Failure(fmt::format("{}: the field '{}' is not base64 (RFC 4648, padded)", place, name));
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
  check_fields(document, source, {"payloadType", "payload", "signatures"});
  const auto& type = text_at(document, source, "payloadType");
  if (type != kPayloadType)
    throw Failure(
        fmt::format("{}: the field 'payloadType' is '{}', and certificates are '{}'", source, type, kPayloadType));
  const Json& signatures = document.at("signatures");
  if (!signatures.is_array() || signatures.size() != 1)
    throw Failure(fmt::format("{}: the field 'signatures' must be a list of one signature", source));
  const std::string place = source + ": signatures[0]";
  check_fields(signatures[0], place, {"keyid", "sig"});
  Envelope envelope;
  envelope.key_id = text_at(signatures[0], place, "keyid");
  const Bytes signature = bytes_at(signatures[0], place, "sig");
  if (signature.size() != envelope.signature.size())
    throw Failure(fmt::format("{}: the field 'sig' holds {} bytes, and a signature has {}", place, signature.size(),
                              envelope.signature.size()));
  std::ranges::copy(signature, envelope.signature.begin());
  const Bytes payload = bytes_at(document, source, "payload");
  envelope.payload.assign(reinterpret_cast<const char*>(payload.data()), payload.size());
  return envelope;
}

}  // namespace expunge
