// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
// Files that other programs wrote: made here with HDF5's own calls, since expunge writes no such thing.
#include <array>
#include <cstring>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <hdf5.h>

#include "framework/io/hdf5.hpp"
#include "tests/support/failure_message.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;
using hdf5::ElementType;
using hdf5::File;
using testing::contains;
using testing::failure_of;

namespace {

/// A file in HDF5's earliest format, open for the length of one action.
template <class Fill>
std::filesystem::path foreign_file(const testing::TemporaryFolder& folder, Fill fill) {
  std::filesystem::path path = folder / "foreign.h5";
  const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  REQUIRE(file >= 0);
  fill(file);
  REQUIRE(H5Fclose(file) >= 0);
  return path;
}

void make_dataset(hid_t file, const char* name, hid_t type, std::vector<hsize_t> dims, hid_t creation,
                  hid_t memory_type, const void* values) {
  const hid_t space = H5Screate_simple(static_cast<int>(dims.size()), dims.data(), nullptr);
  const hid_t dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
  REQUIRE(dataset >= 0);
  if (values != nullptr) REQUIRE(H5Dwrite(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
  H5Dclose(dataset);
  H5Sclose(space);
}

std::vector<std::int32_t> integers(const Bytes& bytes) {
  std::vector<std::int32_t> values(bytes.size() / sizeof(std::int32_t));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

constexpr std::array<std::int32_t, 4> kFour{1, -2, 3, -4};

}  // namespace

TEST_CASE("big-endian data are read and have no offset to map them at") {
  const testing::TemporaryFolder folder;
  const auto path = foreign_file(folder, [](hid_t file) {
    make_dataset(file, "big", H5T_STD_I32BE, {4}, H5P_DEFAULT, H5T_NATIVE_INT32, kFour.data());
  });

  const File file = File::open(path);

  CHECK(file.shape("/big").type == ElementType::kI32);
  CHECK_FALSE(file.shape("/big").file_offset.has_value());
  CHECK(integers(file.read("/big", ElementType::kI32)) == std::vector<std::int32_t>(kFour.begin(), kFour.end()));
}

TEST_CASE("chunked and packed data are read and have no offset to map them at") {
  const testing::TemporaryFolder folder;
  const std::vector<std::int32_t> zeros(100'000, 0);
  const auto path = foreign_file(folder, [&](hid_t file) {
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    const std::array<hsize_t, 1> chunk{50'000};
    H5Pset_chunk(creation, 1, chunk.data());
    H5Pset_deflate(creation, 9);
    make_dataset(file, "packed", H5T_STD_I32LE, {zeros.size()}, creation, H5T_NATIVE_INT32, zeros.data());
    H5Pclose(creation);
  });

  const File file = File::open(path);

  CHECK_FALSE(file.shape("/packed").file_offset.has_value());
  CHECK(integers(file.read("/packed", ElementType::kI32)) == zeros);
}

TEST_CASE("dimensions that the file's bytes can't fill are refused before anything is allocated") {
  const testing::TemporaryFolder folder;
  const auto path = foreign_file(folder, [](hid_t file) {
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_alloc_time(creation, H5D_ALLOC_TIME_LATE);
    make_dataset(file, "huge", H5T_IEEE_F64LE, {hsize_t{1} << 40U, 4}, creation, H5T_NATIVE_DOUBLE, nullptr);
    H5Pclose(creation);
  });

  const File file = File::open(path);
  const std::string message = failure_of([&] { (void)file.read("/huge", ElementType::kF64); });

  CHECK(contains(message, path.string() + ", /huge claims 4398046511104 elements of 8 bytes"));
  CHECK(contains(failure_of([&] { (void)file.shape("/huge"); }), "/huge claims"));
}

TEST_CASE("types without a name of ours are told apart from those with one") {
  const testing::TemporaryFolder folder;
  const std::array<std::int16_t, 2> values{1, 2};
  const auto path = foreign_file(folder, [&](hid_t file) {
    make_dataset(file, "i16", H5T_STD_I16LE, {2}, H5P_DEFAULT, H5T_NATIVE_INT16, values.data());
  });

  const File file = File::open(path);

  CHECK(file.shape("/i16").type == ElementType::kOther);
  CHECK(integers(file.read("/i16", ElementType::kI32)) == std::vector<std::int32_t>{1, 2});
}

TEST_CASE("texts of variable length and texts padded with spaces are read") {
  const testing::TemporaryFolder folder;
  const std::array<const char*, 3> texts{"alice", "", "böb"};
  const auto path = foreign_file(folder, [&](hid_t file) {
    const hid_t variable = H5Tcopy(H5T_C_S1);
    H5Tset_size(variable, H5T_VARIABLE);
    H5Tset_cset(variable, H5T_CSET_UTF8);
    make_dataset(file, "variable", variable, {3}, H5P_DEFAULT, variable, texts.data());
    const hid_t padded = H5Tcopy(H5T_C_S1);
    H5Tset_size(padded, 3);
    H5Tset_strpad(padded, H5T_STR_SPACEPAD);
    make_dataset(file, "padded", padded, {2}, H5P_DEFAULT, padded, "a  b c");
    H5Tclose(padded);
    H5Tclose(variable);
  });

  const File file = File::open(path);

  CHECK(file.read_strings("/variable") == std::vector<std::string>{"alice", "", "böb"});
  CHECK(file.read_strings("/padded") == std::vector<std::string>{"a", "b c"});
}

TEST_CASE("groups that kept no order of creation are listed by name") {
  const testing::TemporaryFolder folder;
  const auto path = foreign_file(folder, [](hid_t file) {
    for (const char* name : {"b", "a"})
      make_dataset(file, name, H5T_STD_I32LE, {4}, H5P_DEFAULT, H5T_NATIVE_INT32, kFour.data());
  });

  CHECK(File::open(path).children("/") == std::vector<std::string>{"a", "b"});
}

TEST_CASE("a link into another file is refused and a link that leads nowhere is missing") {
  const testing::TemporaryFolder folder;
  const auto path = foreign_file(folder, [](hid_t file) {
    H5Lcreate_external("other.h5", "/x", file, "elsewhere", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/gone", file, "dangling", H5P_DEFAULT, H5P_DEFAULT);
  });

  const File file = File::open(path);

  CHECK(contains(failure_of([&] { (void)file.read("/elsewhere", ElementType::kI32); }),
                 "/elsewhere is a link into another file"));
  CHECK_FALSE(file.exists("/dangling"));
  CHECK(contains(failure_of([&] { (void)file.read("/dangling", ElementType::kI32); }), "/dangling is missing"));
}

TEST_CASE("an attribute that is not a scalar or does not fit is refused by name") {
  const testing::TemporaryFolder folder;
  const auto path = foreign_file(folder, [](hid_t file) {
    const hsize_t two = 2;
    const hid_t pair = H5Screate_simple(1, &two, nullptr);
    H5Aclose(H5Acreate2(file, "pair", H5T_STD_I64LE, pair, H5P_DEFAULT, H5P_DEFAULT));
    H5Sclose(pair);
    const hid_t scalar = H5Screate(H5S_SCALAR);
    const hid_t large = H5Acreate2(file, "large", H5T_STD_U64LE, scalar, H5P_DEFAULT, H5P_DEFAULT);
    const std::uint64_t value = std::uint64_t{1} << 63U;
    H5Awrite(large, H5T_NATIVE_UINT64, &value);
    H5Aclose(large);
    H5Sclose(scalar);
  });

  const File file = File::open(path);

  CHECK(contains(failure_of([&] { (void)file.integer_attribute("/", "pair"); }), "'pair' is not a scalar"));
  CHECK(contains(failure_of([&] { (void)file.integer_attribute("/", "large"); }),
                 "'large' is 9223372036854775808: too large"));
}

TEST_CASE("a program's own choice of printing HDF5's errors is left as it was") {
  H5E_auto2_t before = nullptr;
  void* data_before = nullptr;
  H5Eget_auto2(H5E_DEFAULT, &before, &data_before);

  (void)failure_of([] { (void)File::open_image(Bytes(100), "zeros"); });

  H5E_auto2_t after = nullptr;
  void* data_after = nullptr;
  H5Eget_auto2(H5E_DEFAULT, &after, &data_after);
  CHECK((before != nullptr && after == before));
}
