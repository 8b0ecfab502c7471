// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/certificate/signing_key.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <system_error>

#include <sodium.h>

#include "framework/core/digest.hpp"
#include "framework/core/error.hpp"
#include "framework/text/base64.hpp"

namespace expunge {

namespace {

constexpr std::size_t kIdDigits = 16;
constexpr std::size_t kKeyBytes = 32;

/// One of the two kinds of file.
struct KeyFile {
  std::string_view type;
  std::string_view label;       // of PEM
  std::string_view der_prefix;  // hexadecimal; the 32 bytes of the key follow it
};
// RFC 8410: PrivateKeyInfo and SubjectPublicKeyInfo of Ed25519 (1.3.101.112) are these bytes and the key's.
constexpr KeyFile kSecretFile{"expunge-signing-key-v1", "PRIVATE KEY", "302e020100300506032b657004220420"};
constexpr KeyFile kPublicFile{"expunge-public-key-v1", "PUBLIC KEY", "302a300506032b6570032100"};

unsigned char* raw(std::byte* bytes) {
  return reinterpret_cast<unsigned char*>(bytes);
}
const unsigned char* raw(const std::byte* bytes) {
  return reinterpret_cast<const unsigned char*>(bytes);
}

/// Wipes what it looks at when it goes, however its scope is left.
template <class Container>
class Wiped {
 public:
  explicit Wiped(Container& container) : container_(container) {}
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;
  ~Wiped() { sodium_memzero(container_.data(), container_.size()); }

 private:
  Container& container_;
};

std::string file_text(const KeyFile& file, const std::string& id, ByteView key) {
  Bytes der = from_hex(file.der_prefix);
  der.reserve(der.size() + key.size());  // so that no copy of the secret is left behind by growing
  const Wiped<Bytes> wiped_der(der);
  der.insert(der.end(), key.begin(), key.end());
  std::string body = to_base64(der);
  const Wiped<std::string> wiped_body(body);
  std::string text;
  text.reserve(512);
  text.append(file.type).append("\nkey-id: ").append(id).append("\n-----BEGIN ").append(file.label).append("-----\n");
  text.append(body).append("\n-----END ").append(file.label).append("-----\n");
  return text;
}

struct ReadKey {
  std::string id;
  std::array<std::byte, kKeyBytes> bytes{};
};

/// The line at the front of `text`, which loses it; nothing where it ends without a line's end.
std::optional<std::string_view> take_line(std::string_view& text) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const auto line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

/// The key in a file's text. The secret is in `bytes` alone when it returns.
ReadKey parse_key(const KeyFile& file, std::string_view text, const std::string& path) {
  const bool wants_secret = file.type == kSecretFile.type;
  const std::string_view type = take_line(text).value_or(std::string_view{});
  if (type != file.type) {
    if (type == kSecretFile.type)
      throw Failure(fmt::format("{} is a secret key: give the public one, {}.pub, and this one to nobody", path, path));
    if (type == kPublicFile.type)
      throw Failure(fmt::format("{} is a public key, and signing needs the secret one that was made with it", path));
    throw Failure(
        fmt::format("{} is no {} key: its first line is not '{}'; give a file that `expunge keygen --out FILE` wrote{}",
                    path, wants_secret ? "signing" : "public", file.type, wants_secret ? "" : " as FILE.pub"));
  }
  const auto damaged = [&](const std::string& what) {
    return Failure(fmt::format("{}: {}: the file was cut or altered; restore it from a copy", path, what));
  };
  ReadKey key;
  constexpr std::string_view kIdLine = "key-id: ";
  const auto id = take_line(text);
  if (!id || !id->starts_with(kIdLine)) throw damaged("line 2 does not begin with 'key-id: '");
  key.id = id->substr(kIdLine.size());
  if (take_line(text) != fmt::format("-----BEGIN {}-----", file.label))
    throw damaged(fmt::format("line 3 is not '-----BEGIN {}-----'", file.label));
  const auto body = take_line(text);
  auto der = body ? from_base64(*body) : std::nullopt;
  if (!der) throw damaged("line 4 is not base64");
  const Wiped<Bytes> wiped(*der);
  const Bytes prefix = from_hex(file.der_prefix);
  if (der->size() != prefix.size() + kKeyBytes)
    throw damaged(fmt::format("line 4 holds {} bytes, not {}", der->size(), prefix.size() + kKeyBytes));
  if (!std::equal(prefix.begin(), prefix.end(), der->begin())) throw damaged("line 4 holds no Ed25519 key");
  if (take_line(text) != fmt::format("-----END {}-----", file.label))
    throw damaged(fmt::format("line 5 is not '-----END {}-----'", file.label));
  if (!text.empty()) throw damaged("there is something after its last line");
  std::copy_n(der->begin() + static_cast<std::ptrdiff_t>(prefix.size()), kKeyBytes, key.bytes.begin());
  return key;
}

ReadKey read_key(const KeyFile& file, const std::filesystem::path& path) {
  Bytes bytes = read_file(path);
  const Wiped<Bytes> wiped(bytes);
  return parse_key(file, {reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path.string());
}

void refuse_existing(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::exists(std::filesystem::symlink_status(path, ignored)))
    throw Failure(
        fmt::format("{} is there already, and a key is never written over: choose another name", path.string()));
}

}  // namespace

std::string PublicKey::id() const {
  return digest_of_bytes(bytes_).hex().substr(0, kIdDigits);
}

bool PublicKey::verifies(ByteView message, const Signature& signature) const {
  return crypto_sign_verify_detached(raw(signature.data()), raw(message.data()), message.size(), raw(bytes_.data())) ==
         0;
}

SigningKey SigningKey::generate() {
  if (sodium_init() < 0) throw Failure("the system's random generator can't be used: no key can be made");
  std::array<std::byte, kKeyBytes> secret{};
  const Wiped<std::array<std::byte, kKeyBytes>> wiped(secret);
  randombytes_buf(secret.data(), secret.size());
  return SigningKey(secret);
}

SigningKey::SigningKey(const std::array<std::byte, 32>& secret) {
  std::array<std::byte, kKeyBytes> ignored{};
  crypto_sign_seed_keypair(raw(ignored.data()), raw(bytes_.data()), raw(secret.data()));
}

SigningKey::SigningKey(SigningKey&& other) noexcept : bytes_(other.bytes_) {
  sodium_memzero(other.bytes_.data(), other.bytes_.size());
}

SigningKey& SigningKey::operator=(SigningKey&& other) noexcept {
  if (this != &other) {
    bytes_ = other.bytes_;
    sodium_memzero(other.bytes_.data(), other.bytes_.size());
  }
  return *this;
}

SigningKey::~SigningKey() {
  sodium_memzero(bytes_.data(), bytes_.size());
}

PublicKey SigningKey::public_key() const {
  std::array<std::byte, kKeyBytes> bytes{};
  std::copy_n(bytes_.begin() + kKeyBytes, kKeyBytes, bytes.begin());
  return PublicKey(bytes);
}

Signature SigningKey::sign(ByteView message) const {
  Signature signature{};
  crypto_sign_detached(raw(signature.data()), nullptr, raw(message.data()), message.size(), raw(bytes_.data()));
  return signature;
}

std::string secret_key_text(const SigningKey& key) {
  return file_text(kSecretFile, key.public_key().id(), ByteView(key.bytes_).first(kKeyBytes));
}

std::string public_key_text(const PublicKey& key) {
  return file_text(kPublicFile, key.id(), key.bytes());
}

std::filesystem::path public_key_path(const std::filesystem::path& path) {
  std::filesystem::path beside = path;
  beside += ".pub";
  return beside;
}

void write_key_pair(FileSystem& files, const std::filesystem::path& path, const SigningKey& key) {
  const auto beside = public_key_path(path);
  refuse_existing(path);
  refuse_existing(beside);
  std::string text = secret_key_text(key);
  const Wiped<std::string> wiped(text);
  try {
    publish(files, path, bytes_of(text));
    publish(files, beside, bytes_of(public_key_text(key.public_key())));
  } catch (const Failure&) {
    for (const auto& made : {path, beside}) {
      try {
        files.unlink(made);
      } catch (const Failure&) {  // the first failure is the one to tell
      }
    }
    throw;
  }
}

SigningKey read_signing_key(const std::filesystem::path& path) {
  ReadKey read = read_key(kSecretFile, path);
  const Wiped<std::array<std::byte, kKeyBytes>> wiped(read.bytes);
  SigningKey key(read.bytes);
  if (key.public_key().id() != read.id)
    throw Failure(
        fmt::format("{}: the public key of this secret has the id {}, and the file says {}: it was altered; restore it "
                    "from a copy",
                    path.string(), key.public_key().id(), read.id));
  return key;
}

PublicKey read_public_key(const std::filesystem::path& path) {
  const ReadKey read = read_key(kPublicFile, path);
  const PublicKey key(read.bytes);
  if (key.id() != read.id)
    throw Failure(
        fmt::format("{}: the key in it has the id {}, and the file says {}: it was altered; restore it from "
                    "a copy",
                    path.string(), key.id(), read.id));
  return key;
}

}  // namespace expunge
