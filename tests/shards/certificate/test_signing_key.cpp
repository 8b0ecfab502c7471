// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <sys/stat.h>

#include <doctest/doctest.h>

#include "framework/core/digest.hpp"
#include "framework/core/error.hpp"
#include "framework/text/base64.hpp"
#include "shards/certificate/signing_key.hpp"
#include "tests/support/failure_message.hpp"
#include "tests/support/faulty_files.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;
using testing::contains;
using testing::failure_of;

namespace {

std::array<std::byte, 32> secret_of(const std::string& hex) {
  return Digest::from_hex(hex).bytes;
}

/// RFC 8032, section 7.1, test 1.
SigningKey first_test_key() {
  return SigningKey(secret_of("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
}

std::string text_in(const std::filesystem::path& path) {
  const Bytes bytes = read_file(path);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// What the reader says of a secret key's file in which the first `from` has become `to`.
std::string refusal_after(const std::string& from, const std::string& to) {
  const testing::TemporaryFolder folder;
  std::string text = secret_key_text(first_test_key());
  REQUIRE(contains(text, from));
  text.replace(text.find(from), from.size(), to);
  publish(system_files(), folder / "key", bytes_of(text));
  std::string message = failure_of([&] { (void)read_signing_key(folder / "key"); });
  CHECK(contains(message, (folder / "key").string()));
  return message;
}

}  // namespace

TEST_CASE("keys and signatures are those of RFC 8032") {
  const SigningKey key = first_test_key();

  const Signature signature = key.sign({});

  CHECK(to_hex(key.public_key().bytes()) == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  CHECK(to_hex(signature) ==
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe"
        "24655141438e7a100b");
}

TEST_CASE("the PEM in key files is that of RFC 8410") {
  const SigningKey key(secret_of("d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842"));

  CHECK(contains(secret_key_text(key),
                 "-----BEGIN PRIVATE KEY-----\n"
                 "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
                 "-----END PRIVATE KEY-----\n"));
  CHECK(contains(public_key_text(key.public_key()),
                 "-----BEGIN PUBLIC KEY-----\n"
                 "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
                 "-----END PUBLIC KEY-----\n"));
}

TEST_CASE("a signature holds for its message and its key alone") {
  const SigningKey key = first_test_key();
  const SigningKey other = SigningKey::generate();

  const Signature signature = key.sign(bytes_of("forgotten"));

  CHECK(key.public_key().verifies(bytes_of("forgotten"), signature));
  CHECK_FALSE(key.public_key().verifies(bytes_of("forgotteN"), signature));
  CHECK_FALSE(other.public_key().verifies(bytes_of("forgotten"), signature));
  CHECK(key.public_key().id() != other.public_key().id());
}

TEST_CASE("a key pair comes back from its files, and only its owner may read the secret one") {
  const testing::TemporaryFolder folder;
  const SigningKey key = SigningKey::generate();

  write_key_pair(system_files(), folder / "key", key);
  const SigningKey read = read_signing_key(folder / "key");

  CHECK(read.public_key() == key.public_key());
  CHECK(read.sign(bytes_of("x")) == key.sign(bytes_of("x")));
  CHECK(read_public_key(folder / "key.pub") == key.public_key());
  struct stat status {};
  REQUIRE(::stat((folder / "key").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0600U);
  CHECK(contains(text_in(folder / "key"), "key-id: " + key.public_key().id() + "\n"));
}

TEST_CASE("two generated keys differ") {
  CHECK(SigningKey::generate().public_key() != SigningKey::generate().public_key());
}

TEST_CASE("a key that has moved is wiped where it was") {
  SigningKey key = first_test_key();

  const SigningKey moved = std::move(key);

  CHECK(moved.public_key() == first_test_key().public_key());
  CHECK(key.public_key().bytes() == std::array<std::byte, 32>{});  // NOLINT(bugprone-use-after-move): what is tested
}

TEST_CASE("a key is never written over, neither its secret nor its public file") {
  const testing::TemporaryFolder folder;
  publish(system_files(), folder / "secret", bytes_of("old"));
  publish(system_files(), folder / "public.pub", bytes_of("old"));

  const std::string secret =
      failure_of([&] { write_key_pair(system_files(), folder / "secret", SigningKey::generate()); });
  const std::string pub =
      failure_of([&] { write_key_pair(system_files(), folder / "public", SigningKey::generate()); });

  CHECK(contains(secret, (folder / "secret").string() + " is there already"));
  CHECK(contains(pub, (folder / "public.pub").string() + " is there already"));
  CHECK(text_in(folder / "secret") == "old");
  CHECK_FALSE(std::filesystem::exists(folder / "public"));
}

TEST_CASE("a key pair that can't be written whole leaves nothing, whichever call fails") {
  for (std::size_t call = 0;; ++call) {
    INFO("call " << call);
    const testing::TemporaryFolder folder;
    testing::FaultyFiles files(system_files(), {.at = call});

    const std::string message = failure_of([&] { write_key_pair(files, folder / "key", SigningKey::generate()); });

    if (message.empty()) {
      CHECK(call >= 6);
      break;
    }
    CHECK(contains(message, "the disk is full"));
    CHECK(std::filesystem::is_empty(folder.path()));
  }
}

TEST_CASE("a secret key that was cut or altered is refused with what is wrong") {
  CHECK(contains(refusal_after("expunge-signing-key-v1", "expunge-signing-key-v2"), "its first line is not"));
  CHECK(contains(refusal_after("key-id: ", "key-id "), "line 2 does not begin with 'key-id: '"));
  CHECK(contains(refusal_after("key-id: ", "key-id: 0"), "the file says 0"));
  CHECK(contains(refusal_after("PRIVATE", "RPIVATE"), "line 3 is not '-----BEGIN PRIVATE KEY-----'"));
  CHECK(contains(refusal_after("MC4CAQ", "MC4C AQ"), "line 4 is not base64"));
  CHECK(contains(refusal_after("MC4CAQAw", "MC4C"), "line 4 holds 45 bytes, not 48"));
  CHECK(contains(refusal_after("MC4CAQ", "MC4CAg"), "line 4 holds no Ed25519 key"));
  CHECK(contains(refusal_after("-----END PRIVATE KEY-----\n", ""), "line 5 is not"));
  CHECK(contains(refusal_after("KEY-----\n", "KEY-----\n\n"), "line 4"));
}

TEST_CASE("any altered digit of the secret is noticed by the id of its public key") {
  const std::string body = secret_key_text(first_test_key());
  const std::size_t at = body.find("BCIEI") + 12;
  const std::string from = body.substr(at, 4);

  const std::string message = refusal_after(from, from == "AAAA" ? "BBBB" : "AAAA");

  CHECK(contains(message, "it was altered"));
}

TEST_CASE("each of a key's two files is refused in the other's place") {
  const testing::TemporaryFolder folder;
  write_key_pair(system_files(), folder / "key", first_test_key());

  CHECK(
      contains(failure_of([&] { (void)read_signing_key(folder / "key.pub"); }), "is a public key, and signing needs"));
  CHECK(contains(failure_of([&] { (void)read_public_key(folder / "key"); }), "is a secret key: give the public one"));
}

TEST_CASE("base64 has one text for each byte string") {
  CHECK(to_base64({}).empty());
  CHECK(to_base64(bytes_of("f")) == "Zg==");
  CHECK(to_base64(bytes_of("foobar")) == "Zm9vYmFy");  // RFC 4648, section 10
  CHECK(from_base64("Zm8=") == Bytes{std::byte{'f'}, std::byte{'o'}});
  for (const char* wrong : {"Zg", "Zg=", "Zh==", "Zg==\n", " Zg==", "Z_-_", "Zg==Zg==", "Z", "===="}) {
    INFO(wrong);
    CHECK_FALSE(from_base64(wrong).has_value());
  }
}
