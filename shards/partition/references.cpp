// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/partition/references.hpp"

#include <array>

namespace expunge {

namespace {

enum class Kind : std::uint8_t { kSample = 0, kSubject = 1 };  // hashed: the values never change

Digest keyed(const Key& key, Kind kind, ByteView name) {
  Bytes text;
  text.reserve(1 + name.size());
  text.push_back(static_cast<std::byte>(kind));
  text.insert(text.end(), name.begin(), name.end());
  return digest_of_bytes(text, bytes_of_value(key.words()));
}

}  // namespace

References::References(const Key& seed) : key_(seed.derive("expunge/reference/v1")) {}

Digest References::of_sample(SampleId id) const {
  return keyed(key_, Kind::kSample, bytes_of_value(id.value()));
}

Digest References::of_subject(std::string_view subject) const {
  return keyed(key_, Kind::kSubject, bytes_of(subject));
}

}  // namespace expunge
