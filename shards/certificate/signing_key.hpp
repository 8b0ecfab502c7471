// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <string>

#include "framework/core/bytes.hpp"
#include "framework/io/file_system.hpp"

namespace expunge {

/// An Ed25519 signature (RFC 8032).
using Signature = std::array<std::byte, 64>;

/// What whoever checks a certificate holds.
class PublicKey {
 public:
  explicit PublicKey(const std::array<std::byte, 32>& bytes) : bytes_(bytes) {}

  /// What the key is called: the first 16 hexadecimal digits of BLAKE2b-256 over its 32 bytes.
  [[nodiscard]] std::string id() const;
  [[nodiscard]] bool verifies(ByteView message, const Signature& signature) const;
  [[nodiscard]] const std::array<std::byte, 32>& bytes() const { return bytes_; }
  bool operator==(const PublicKey&) const = default;

 private:
  std::array<std::byte, 32> bytes_;
};

/// What whoever issues certificates holds. Its bytes are wiped when it goes.
class SigningKey {
 public:
  /// A new one, from the system's generator.
  [[nodiscard]] static SigningKey generate();
  /// The key that follows from the 32 secret bytes of RFC 8032.
  explicit SigningKey(const std::array<std::byte, 32>& secret);
  SigningKey(const SigningKey&) = delete;
  SigningKey& operator=(const SigningKey&) = delete;
  SigningKey(SigningKey&& other) noexcept;
  SigningKey& operator=(SigningKey&& other) noexcept;
  ~SigningKey();

  [[nodiscard]] PublicKey public_key() const;
  /// Equal messages have equal signatures.
  [[nodiscard]] Signature sign(ByteView message) const;

 private:
  friend std::string secret_key_text(const SigningKey& key);
  std::array<std::byte, 64> bytes_{};  // the secret, then the public key: as libsodium wants them
};

/// A key's two files are text: a line with their type and version, a line with the key's id, and PEM (RFC 7468, RFC
/// 8410), which other programs read past the first two lines: `openssl pkey -pubin -in FILE.pub -text`.
[[nodiscard]] std::string secret_key_text(const SigningKey& key);
[[nodiscard]] std::string public_key_text(const PublicKey& key);

/// Writes the secret key to `path` (mode 0600) and the public one beside it, to `path` + ".pub". Throws Failure where
/// either is there already: a key that is lost can't be had again. On failure neither is left.
void write_key_pair(FileSystem& files, const std::filesystem::path& path, const SigningKey& key);
[[nodiscard]] std::filesystem::path public_key_path(const std::filesystem::path& path);

/// Throws Failure naming the file and what to do where it is no secret key of this version, was cut or altered, or its
/// id is not that of the public key that belongs to the secret.
[[nodiscard]] SigningKey read_signing_key(const std::filesystem::path& path);
/// The same for a public key.
[[nodiscard]] PublicKey read_public_key(const std::filesystem::path& path);

}  // namespace expunge
