// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
// A file of each format version that was written once and is kept: every later program must read it, and damage to any
// of its bytes must be seen.
#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include "framework/core/error.hpp"
#include "framework/io/hdf5.hpp"
#include "shards/checkpoint/slice_file.hpp"
#include "tests/support/failure_message.hpp"
#include "tests/support/small_slice.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;
using testing::digest_filled_with;
using testing::small_slice;

namespace {

const std::filesystem::path kGolden = std::filesystem::path(__FILE__).parent_path() / "golden" / "slice-v1.h5";
constexpr const char* kGoldenDigest = "8841431f8b5b40d39672febfa3683a198839f48b2e40b3f0b85213f9f67a7015";
/// The same content, made by a method.
const std::filesystem::path kApproximate = std::filesystem::path(__FILE__).parent_path() / "golden" / "slice-v2.h5";
constexpr const char* kApproximateDigest = "74c0b146d0c3a190d6a775d71916182d8a1ba78f34df72fb0d2faf3334394a4c";
constexpr const char* kMethod = "deepobliviate:epsilon=0.1,normalise=relative";
constexpr const char* kWrittenBy = "1.10.8";

/// Changes one byte where it lies: thousands of damaged files are looked at.
void put(const std::filesystem::path& path, std::size_t position, std::byte value) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(position)).put(static_cast<char>(value));
}

/// The golden file's bytes in a file that may be damaged.
std::filesystem::path copy_in(const testing::TemporaryFolder& folder) {
  std::filesystem::copy_file(kGolden, folder / "damaged.h5");
  std::filesystem::permissions(folder / "damaged.h5", std::filesystem::perms::owner_all);
  return folder / "damaged.h5";
}

}  // namespace

TEST_CASE("the golden file of version 1 is read field by field") {
  const SliceFile slice = read_slice(kGolden, Digest::from_hex(kGoldenDigest));
  const Provenance& from = slice.provenance;

  CHECK(from.shard == ShardId(3));
  CHECK(from.stage == SliceId(7));
  CHECK(from.samples == 1050);
  CHECK(from.visits == 1312);
  CHECK(from.visited == 1312);
  CHECK(from.model == "mlp:hidden=128x64,activation=tanh");
  CHECK(from.configuration == digest_filled_with(0x11));
  CHECK(from.fingerprint == digest_filled_with(0x22));
  CHECK(from.live.hex() == digest_filled_with(0x33).hex());
  CHECK(from.live_root_scheme == "none");
  CHECK(from.live_root.is_zero());
  CHECK(from.state_before == digest_filled_with(0x44));
  CHECK(from.state_after.hex() == "15d5626bcea8101c8c8deaac9a43a5e5e5c0e8718c438eadc4efb14029c9fe73");
  CHECK(slice.state == small_slice().state);
}

TEST_CASE("writing the golden file's content again gives its bytes") {
  if (hdf5::library_version() != kWrittenBy) {
    MESSAGE("the golden file was written by HDF5 " << kWrittenBy << ", this is " << hdf5::library_version());
    return;
  }
  const testing::TemporaryFolder folder;
  SliceFile slice = small_slice();

  const StoredFile stored = write_slice(system_files(), folder.path(), slice);

  CHECK(stored.digest.hex() == kGoldenDigest);
  CHECK(read_file(folder / stored.name) == read_file(kGolden));
}

TEST_CASE("the golden file of version 2 is read: what version 1 holds, and the method that made it") {
  SliceFile expected = read_slice(kGolden, std::nullopt);
  expected.provenance.approximation = kMethod;

  const SliceFile slice = read_slice(kApproximate, Digest::from_hex(kApproximateDigest));

  CHECK(slice.provenance == expected.provenance);
  CHECK(slice.state == expected.state);
}

TEST_CASE("writing the content of version 2 again gives its bytes") {
  if (hdf5::library_version() != kWrittenBy) return;
  const testing::TemporaryFolder folder;
  SliceFile slice = small_slice();
  slice.provenance.approximation = kMethod;

  const StoredFile stored = write_slice(system_files(), folder.path(), slice);

  CHECK(stored.digest.hex() == kApproximateDigest);
  CHECK(read_file(folder / stored.name) == read_file(kApproximate));
}

TEST_CASE("every flipped byte and every cut is refused where the digest is known") {
  const testing::TemporaryFolder folder;
  const Bytes good = read_file(kGolden);
  const Digest expected = Digest::from_hex(kGoldenDigest);
  const std::filesystem::path path = copy_in(folder);
  const auto accepted = [&] { return testing::failure_of([&] { (void)read_slice(path, expected); }).empty(); };
  REQUIRE(accepted());

  std::size_t unseen = 0;
  for (std::size_t i = 0; i < good.size(); ++i) {
    put(path, i, good[i] ^ static_cast<std::byte>(1U << (i % 8)));
    if (accepted()) ++unseen;
    put(path, i, good[i]);
  }
  for (std::size_t length = good.size(); length-- > 0;) {
    std::filesystem::resize_file(path, length);
    if (accepted()) ++unseen;
  }

  CHECK(unseen == 0);
}

TEST_CASE("without the digest no damaged byte crashes the reader or passes for another state or provenance") {
  const testing::TemporaryFolder folder;
  const Bytes good = read_file(kGolden);
  const SliceFile slice = read_slice(kGolden, std::nullopt);
  const std::filesystem::path path = copy_in(folder);

  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const unsigned flip : {1U << (i % 8), 0xffU}) {
      put(path, i, good[i] ^ static_cast<std::byte>(flip));
      CAPTURE(i);
      try {
        const SliceFile read = read_slice(path, std::nullopt);
        CHECK(read.state == slice.state);
        CHECK(read.provenance == slice.provenance);
      } catch (const Failure& failure) {
        CHECK(testing::contains(failure.what(), path.string()));
      }
    }
    put(path, i, good[i]);
  }
}

TEST_CASE("without the digest every cut is refused") {
  const testing::TemporaryFolder folder;
  const std::filesystem::path path = copy_in(folder);

  for (std::size_t length = std::filesystem::file_size(path); length-- > 0;) {
    std::filesystem::resize_file(path, length);
    CAPTURE(length);
    CHECK(testing::contains(testing::failure_of([&] { (void)read_slice(path, std::nullopt); }), path.string()));
  }
}
