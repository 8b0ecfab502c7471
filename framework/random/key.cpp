// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/random/key.hpp"

#include <charconv>
#include <cstring>

#include <Random123/philox.h>
#include <sodium.h>

#include "framework/core/bytes.hpp"
#include "framework/core/digest.hpp"
#include "framework/core/error.hpp"

namespace expunge {

Key Key::parse(std::string_view text) {
  Key key;
  if (text.size() == 32) {
    try {
      const Bytes bytes = from_hex(text);
      std::memcpy(key.words_.data(), bytes.data(), bytes.size());
      return key;
    } catch (const Failure&) {  // falls through to the one message that names both forms
    }
  }
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 0)
    throw UsageError(
        fmt::format("'{}' is not a seed: give an integer from 0 to 2^63-1, or 32 hexadecimal digits", text));
  key.words_[0] = static_cast<std::uint64_t>(number);
  return key;
}

Key Key::random() {
  if (sodium_init() < 0) throw Failure("the system offers no source of random bits");
  Key key;
  randombytes_buf(key.words_.data(), sizeof(key.words_));
  return key;
}

std::string Key::hex() const {
  return to_hex(std::as_bytes(std::span(words_)));
}

Key Key::derive(std::string_view domain, std::initializer_list<std::uint64_t> coordinates) const {
  Hasher hasher(domain, std::as_bytes(std::span(words_)));
  for (const auto coordinate : coordinates) hasher.add(coordinate);
  const Digest digest = hasher.finish();
  Key key;
  std::memcpy(key.words_.data(), digest.bytes.data(), sizeof(key.words_));
  return key;
}

std::array<std::uint64_t, 4> Key::block(std::uint64_t a, std::uint64_t b, std::uint64_t c) const {
  const auto block = r123::Philox4x64{}({{a, b, c, 0}}, {{words_[0], words_[1]}});
  return {block[0], block[1], block[2], block[3]};
}

std::uint64_t Key::hash(std::string_view text) const {
  static_assert(crypto_shorthash_KEYBYTES == sizeof(words_) && crypto_shorthash_BYTES == sizeof(std::uint64_t));
  std::uint64_t value = 0;
  crypto_shorthash(reinterpret_cast<unsigned char*>(&value), reinterpret_cast<const unsigned char*>(text.data()),
                   text.size(), reinterpret_cast<const unsigned char*>(words_.data()));
  return value;
}

}  // namespace expunge
