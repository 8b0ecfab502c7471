// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/partition/references.hpp"

#include <algorithm>
#include <array>

namespace expunge {

namespace {

enum class Kind : std::uint8_t { kSample = 0, kSubject = 1 };  // hashed: the values never change

Digest keyed(const Key& key, ByteView text) {
  return digest_of_bytes(text, bytes_of_value(key.words()));
}

}  // namespace

References::References(const Key& seed) : key_(seed.derive("expunge/reference/v1")) {}

Digest References::of_sample(SampleId id) const {
  // Asked for every sample of a run: no memory is taken for it.
  std::array<std::byte, 1 + sizeof(std::uint64_t)> text{static_cast<std::byte>(Kind::kSample)};
  std::ranges::copy(bytes_of_value(id.value()), text.begin() + 1);
  return keyed(key_, text);
}

Digest References::of_subject(std::string_view subject) const {
  Bytes text{static_cast<std::byte>(Kind::kSubject)};
  const ByteView name = bytes_of(subject);
  text.insert(text.end(), name.begin(), name.end());
  return keyed(key_, text);
}

}  // namespace expunge
