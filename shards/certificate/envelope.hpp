// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "shards/certificate/signing_key.hpp"

namespace expunge {

/// The type of what is in an envelope: in-toto statements and nothing else.
inline constexpr std::string_view kPayloadType = "application/vnd.in-toto+json";

/// A DSSE envelope (Dead Simple Signing Envelope, v1) with one signature.
struct Envelope {
  std::string payload;  ///< the bytes that were signed, as they are
  std::string key_id;   ///< of the key that signed; a hint, not itself signed
  Signature signature{};
  bool operator==(const Envelope&) const = default;
};

/// What DSSE signs: "DSSEv1", the length of the type, the type, the length of the payload, the payload, with one blank
/// between; lengths in decimal digits, in bytes.
[[nodiscard]] std::string pre_authentication_encoding(std::string_view type, std::string_view payload);

[[nodiscard]] Envelope sign_envelope(std::string payload, const SigningKey& key);
/// Whether `key` signed it, and the envelope names that key.
[[nodiscard]] bool is_signed_by(const Envelope& envelope, const PublicKey& key);

/// The envelope as a JSON document with a line's end.
[[nodiscard]] std::string envelope_text(const Envelope& envelope);
/// The inverse. Throws Failure naming `source` and the field where it is no such envelope: another payload type, more
/// or fewer fields, a field twice, base64 that `to_base64` does not make, more or fewer signatures than one, anything
/// behind the document. Does not check the signature.
[[nodiscard]] Envelope parse_envelope(std::string_view text, const std::string& source);

}  // namespace expunge
