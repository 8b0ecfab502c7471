// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/core/digest.hpp"

#include <cstring>

#include <sodium.h>

#include "framework/core/error.hpp"

namespace expunge {

namespace {

const unsigned char* raw(ByteView bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

Digest Digest::from_hex(std::string_view text) {
  const Bytes bytes = expunge::from_hex(text);
  Digest digest;
  if (bytes.size() != digest.bytes.size())
    throw Failure(fmt::format("'{}' is not a digest: expected 64 hexadecimal digits", text));
  std::memcpy(digest.bytes.data(), bytes.data(), bytes.size());
  return digest;
}

struct Hasher::State {
  crypto_generichash_state state;
};

Hasher::Hasher(std::string_view domain, ByteView key) : state_(std::make_unique<State>()) {
  if (crypto_generichash_init(&state_->state, key.empty() ? nullptr : raw(key), key.size(), sizeof(Digest::bytes)) != 0)
    throw Bug(fmt::format("a hash key of {} bytes is not allowed", key.size()));
  add(domain);
}

Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;
Hasher::~Hasher() = default;

Hasher& Hasher::add(std::string_view text) {
  return add(bytes_of(text));
}

Hasher& Hasher::add(ByteView bytes) {
  const std::uint64_t length = bytes.size();
  crypto_generichash_update(&state_->state, raw(bytes_of_value(length)), sizeof(length));
  crypto_generichash_update(&state_->state, raw(bytes), bytes.size());
  return *this;
}

Hasher& Hasher::add(std::uint64_t number) {
  crypto_generichash_update(&state_->state, raw(bytes_of_value(number)), sizeof(number));
  return *this;
}

Digest Hasher::finish() {
  Digest digest;
  crypto_generichash_final(&state_->state, reinterpret_cast<unsigned char*>(digest.bytes.data()), digest.bytes.size());
  return digest;
}

Digest digest_of_bytes(ByteView bytes, ByteView key) {
  Digest digest;
  crypto_generichash(reinterpret_cast<unsigned char*>(digest.bytes.data()), digest.bytes.size(), raw(bytes),
                     bytes.size(), key.empty() ? nullptr : raw(key), key.size());
  return digest;
}

namespace {

std::array<std::uint64_t, 4> as_lanes(const std::array<std::byte, 32>& bytes) {
  std::array<std::uint64_t, 4> lanes{};
  std::memcpy(lanes.data(), bytes.data(), bytes.size());
  return lanes;
}

}  // namespace

void SetDigest::insert(const Digest& member) {
  const auto lanes = as_lanes(member.bytes);
  for (std::size_t i = 0; i < lanes.size(); ++i) lanes_[i] += lanes[i];
}

void SetDigest::remove(const Digest& member) {
  const auto lanes = as_lanes(member.bytes);
  for (std::size_t i = 0; i < lanes.size(); ++i) lanes_[i] -= lanes[i];
}

void SetDigest::merge(const SetDigest& other) {
  for (std::size_t i = 0; i < lanes_.size(); ++i) lanes_[i] += other.lanes_[i];
}

std::string SetDigest::hex() const {
  return to_hex(std::as_bytes(std::span(lanes_)));
}

SetDigest SetDigest::from_hex(std::string_view text) {
  SetDigest set;
  set.lanes_ = as_lanes(Digest::from_hex(text).bytes);
  return set;
}

}  // namespace expunge
