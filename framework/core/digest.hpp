// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "framework/core/bytes.hpp"

namespace expunge {

/// A 256-bit BLAKE2b value.
struct Digest {
  std::array<std::byte, 32> bytes{};
  auto operator<=>(const Digest&) const = default;
  [[nodiscard]] std::string hex() const { return to_hex(bytes); }
  [[nodiscard]] bool is_zero() const { return *this == Digest{}; }
  /// Throws Failure where `text` is not 64 hexadecimal digits.
  [[nodiscard]] static Digest from_hex(std::string_view text);
};

/// Hashes a stream of fields. Fields are framed (length first), so that no two sequences of fields share a digest by
/// moving a border.
class Hasher {
 public:
  /// `domain` separates uses ("expunge/model-state/v1"): equal fields under different domains hash differently.
  /// `key`, up to 64 bytes, makes the digest a keyed one.
  explicit Hasher(std::string_view domain, ByteView key = {});
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  ~Hasher();

  Hasher& add(std::string_view text);
  Hasher& add(ByteView bytes);
  Hasher& add(std::uint64_t number);
  /// Ends the stream; the hasher is not to be used afterwards.
  [[nodiscard]] Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The plain BLAKE2b-256 of a byte string, unframed: what `b2sum -l 256` prints. Used for files. With a `key` of 16 to
/// 64 bytes, the keyed digest.
[[nodiscard]] Digest digest_of_bytes(ByteView bytes, ByteView key = {});

/// A digest of a set: the sum of its members' digests modulo 2^256, lane by lane in 64 bits. Order does not matter, and
/// members can be taken out again without seeing the rest; ranks add up their parts.
class SetDigest {
 public:
  void insert(const Digest& member);
  void remove(const Digest& member);
  void merge(const SetDigest& other);
  [[nodiscard]] const std::array<std::uint64_t, 4>& lanes() const { return lanes_; }
  std::array<std::uint64_t, 4>& lanes() { return lanes_; }
  [[nodiscard]] std::string hex() const;
  /// Throws Failure where `text` is not 64 hexadecimal digits.
  [[nodiscard]] static SetDigest from_hex(std::string_view text);
  auto operator<=>(const SetDigest&) const = default;

 private:
  std::array<std::uint64_t, 4> lanes_{};
};

}  // namespace expunge
