// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstring>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "framework/core/error.hpp"
#include "framework/io/file_system.hpp"
#include "framework/io/hdf5.hpp"
#include "tests/support/failure_message.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;
using hdf5::ElementType;
using hdf5::File;
using testing::contains;
using testing::failure_of;

namespace {

template <class T>
ByteView bytes_of_values(const std::vector<T>& values) {
  return std::as_bytes(std::span(values));
}

template <class T>
std::vector<T> values_of(const Bytes& bytes) {
  std::vector<T> values(bytes.size() / sizeof(T));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

const std::vector<std::uint64_t> kTwoByThree{2, 3};
const std::vector<float> kSixFloats{0, 1, 2, 3, 4, 5};

Bytes small_image() {
  File file = File::create_image();
  file.write("/x", ElementType::kF32, kTwoByThree, bytes_of_values(kSixFloats));
  file.set_attribute("/x", "unit", std::string("metre"));
  return file.take_image();
}

}  // namespace

TEST_CASE("a data set comes back as it was written, in every element type") {
  File file = File::create_image();
  const std::vector<std::uint64_t> dims{3};
  const std::vector<std::uint8_t> u8{0, 1, 255};
  const std::vector<std::int32_t> i32{-1, 0, std::numeric_limits<std::int32_t>::max()};
  const std::vector<std::int64_t> i64{std::numeric_limits<std::int64_t>::min(), 0, 1};
  const std::vector<std::uint64_t> u64{0, 1, std::numeric_limits<std::uint64_t>::max()};
  const std::vector<float> f32{-1.5F, 0.0F, 1e-40F};
  const std::vector<double> f64{-1.5, 0.0, 1e-310};

  file.write("/u8", ElementType::kU8, dims, bytes_of_values(u8));
  file.write("/i32", ElementType::kI32, dims, bytes_of_values(i32));
  file.write("/i64", ElementType::kI64, dims, bytes_of_values(i64));
  file.write("/u64", ElementType::kU64, dims, bytes_of_values(u64));
  file.write("/f32", ElementType::kF32, dims, bytes_of_values(f32));
  file.write("/f64", ElementType::kF64, dims, bytes_of_values(f64));
  const File read = File::open_image(file.take_image(), "six types");

  CHECK(values_of<std::uint8_t>(read.read("/u8", ElementType::kU8)) == u8);
  CHECK(values_of<std::int32_t>(read.read("/i32", ElementType::kI32)) == i32);
  CHECK(values_of<std::int64_t>(read.read("/i64", ElementType::kI64)) == i64);
  CHECK(values_of<std::uint64_t>(read.read("/u64", ElementType::kU64)) == u64);
  CHECK(values_of<float>(read.read("/f32", ElementType::kF32)) == f32);
  CHECK(values_of<double>(read.read("/f64", ElementType::kF64)) == f64);
  CHECK(read.shape("/u8").type == ElementType::kU8);
  CHECK(read.shape("/i32").type == ElementType::kI32);
  CHECK(read.shape("/i64").type == ElementType::kI64);
  CHECK(read.shape("/u64").type == ElementType::kU64);
  CHECK(read.shape("/f32").type == ElementType::kF32);
  CHECK(read.shape("/f64").type == ElementType::kF64);
}

TEST_CASE("elements are converted to the type that the reader asks for") {
  File file = File::create_image();
  file.write("/y", ElementType::kU8, std::vector<std::uint64_t>{2}, bytes_of_values(std::vector<std::uint8_t>{3, 200}));
  const File read = File::open_image(file.take_image(), "labels");

  CHECK(values_of<std::int32_t>(read.read("/y", ElementType::kI32)) == std::vector<std::int32_t>{3, 200});
}

TEST_CASE("the file offset of a data set is where its bytes lie") {
  const Bytes image = small_image();
  const File file = File::open_image(image, "image");

  const hdf5::DatasetShape shape = file.shape("/x");

  CHECK(shape.dims == kTwoByThree);
  REQUIRE(shape.file_offset.has_value());
  REQUIRE(*shape.file_offset + 24 <= image.size());
  std::vector<float> there(kSixFloats.size());
  std::memcpy(there.data(), image.data() + *shape.file_offset, 24);
  CHECK(there == kSixFloats);
}

TEST_CASE("scalars and data sets without elements are data sets like the others") {
  File file = File::create_image();
  file.write("/scalar", ElementType::kF32, {}, bytes_of_values(std::vector<float>{7}));
  file.write("/none", ElementType::kF32, std::vector<std::uint64_t>{0, 4}, {});
  const File read = File::open_image(file.take_image(), "image");

  CHECK(read.shape("/scalar").dims.empty());
  CHECK(values_of<float>(read.read("/scalar", ElementType::kF32)) == std::vector<float>{7});
  CHECK(read.shape("/none").dims == std::vector<std::uint64_t>{0, 4});
  CHECK(read.read("/none", ElementType::kF32).empty());
}

TEST_CASE("rows are written and read in any order and are refused beyond the last") {
  File file = File::create_image();
  const std::vector<std::uint64_t> dims{3, 2};
  file.make_dataset("/rows", ElementType::kI32, dims);

  file.write_rows("/rows", 2, bytes_of_values(std::vector<std::int32_t>{5, 6}));
  file.write_rows("/rows", 0, bytes_of_values(std::vector<std::int32_t>{1, 2, 3, 4}));
  const File read = File::open_image(file.take_image(), "rows.h5");
  Bytes two(16);
  read.read_rows("/rows", ElementType::kI32, 1, 2, two);

  CHECK(values_of<std::int32_t>(two) == std::vector<std::int32_t>{3, 4, 5, 6});
  const std::string message = failure_of([&] { read.read_rows("/rows", ElementType::kI32, 2, 2, two); });
  CHECK(contains(message, "rows.h5, /rows"));
  CHECK(contains(message, "3 rows"));
  CHECK_THROWS_AS(read.read_rows("/rows", ElementType::kI32, std::numeric_limits<std::uint64_t>::max(), 2, two),
                  Failure);
}

TEST_CASE("children come in the order of their creation, few or many") {
  File file = File::create_image();
  std::vector<std::string> names;
  for (int i = 30; i > 0; --i) names.push_back("layer" + std::to_string(i) + ".weight");

  for (const auto& name : names) file.write("/parameters/" + name, ElementType::kF32, {}, Bytes(4));
  file.make_group("/zeta");
  file.make_group("/alpha/deep");
  const File read = File::open_image(file.take_image(), "image");

  CHECK(read.children("/parameters") == names);
  CHECK(read.children("/") == std::vector<std::string>{"parameters", "zeta", "alpha"});
  CHECK(read.children("/alpha") == std::vector<std::string>{"deep"});
  CHECK(read.exists("/alpha/deep"));
  CHECK(read.exists("/"));
  CHECK_FALSE(read.exists("/alpha/shallow"));
  CHECK_FALSE(read.exists("/beta/deep"));
}

TEST_CASE("attributes hold integers and texts and a reader is told what is wrong with one") {
  File file = File::create_image();
  file.set_attribute("/", "small", std::numeric_limits<std::int64_t>::min());
  file.set_attribute("/", "text", std::string("größe"));
  file.set_attribute("/", "empty", std::string());
  for (int i = 0; i < 40; ++i) file.set_attribute("/", "number" + std::to_string(i), std::int64_t{i});
  const File read = File::open_image(file.take_image(), "attributes.h5");

  CHECK(read.integer_attribute("/", "small") == std::numeric_limits<std::int64_t>::min());
  CHECK(read.string_attribute("/", "text") == "größe");
  CHECK(read.string_attribute("/", "empty").empty());
  CHECK(read.find_integer_attribute("/", "number39") == 39);
  CHECK_FALSE(read.find_integer_attribute("/", "gone"));
  CHECK(contains(failure_of([&] { (void)read.find_integer_attribute("/", "text"); }), "'text' is not an integer"));
  CHECK(read.integer_attribute("/", "number39") == 39);
  CHECK(read.has_attribute("/", "text"));
  CHECK_FALSE(read.has_attribute("/", "texts"));
  CHECK(failure_of([&] { (void)read.integer_attribute("/", "gone"); }) ==
        "attributes.h5, /, attribute 'gone' is missing");
  CHECK(contains(failure_of([&] { (void)read.integer_attribute("/", "text"); }), "'text' is not an integer"));
  CHECK(contains(failure_of([&] { (void)read.string_attribute("/", "small"); }), "'small' is not a string"));
}

TEST_CASE("texts are stored in UTF-8 and come back one by one") {
  File file = File::create_image();
  const std::vector<std::string> texts{"", "Åsa", "a much longer name", "x "};

  file.write_strings("/subjects", texts);
  file.write_strings("/nobody", {});
  const File read = File::open_image(file.take_image(), "image");

  CHECK(read.read_strings("/subjects") == texts);
  CHECK(read.read_strings("/nobody").empty());
  CHECK(read.shape("/subjects").type == ElementType::kOther);
}

TEST_CASE("a text with a zero byte is refused since readers would cut it") {
  File file = File::create_image();

  const std::string message =
      failure_of([&] { file.write_strings("/subjects", std::vector<std::string>{std::string("a\0b", 3)}); });

  CHECK(contains(message, "/subjects"));
  CHECK(contains(message, "zero byte"));
}

TEST_CASE("equal content gives equal images and other content another image") {
  const Bytes first = small_image();
  const Bytes second = small_image();
  File file = File::create_image();
  file.write("/x", ElementType::kF32, kTwoByThree, bytes_of_values(std::vector<float>{0, 1, 2, 3, 4, 6}));
  file.set_attribute("/x", "unit", std::string("metre"));

  CHECK(first == second);
  CHECK(first != file.take_image());
}

TEST_CASE("two images are two files even when both are open under one name") {
  File one = File::create_image();
  File other = File::create_image();
  one.write("/x", ElementType::kF32, {}, bytes_of_values(std::vector<float>{1}));
  other.write("/x", ElementType::kF32, {}, bytes_of_values(std::vector<float>{2}));
  const File first = File::open_image(one.take_image(), "same");
  const File second = File::open_image(other.take_image(), "same");

  CHECK(values_of<float>(first.read("/x", ElementType::kF32)) == std::vector<float>{1});
  CHECK(values_of<float>(second.read("/x", ElementType::kF32)) == std::vector<float>{2});
}

TEST_CASE("threads may work with files at the same time") {
  const Bytes expected = small_image();
  std::array<int, 4> equal{};
  std::vector<std::thread> threads;
  threads.reserve(equal.size());

  for (auto& count : equal)
    threads.emplace_back([&expected, &count] {
      for (int i = 0; i < 20; ++i) {
        const Bytes image = small_image();
        const File file = File::open_image(image, "image");
        if (image == expected && values_of<float>(file.read("/x", ElementType::kF32)) == kSixFloats) ++count;
      }
    });
  for (auto& thread : threads) thread.join();

  CHECK(equal == std::array<int, 4>{20, 20, 20, 20});
}

TEST_CASE("a file on disk holds what was put in it and never replaces another") {
  testing::TemporaryFolder folder;
  File file = File::create(folder / "a.h5");
  file.write("/x", ElementType::kF32, kTwoByThree, bytes_of_values(kSixFloats));
  file.close();

  const File read = File::open(folder / "a.h5");

  CHECK(values_of<float>(read.read("/x", ElementType::kF32)) == kSixFloats);
  CHECK(contains(failure_of([&] { (void)File::create(folder / "a.h5"); }), (folder / "a.h5").string()));
}

TEST_CASE("what can't be opened is named with the reason") {
  testing::TemporaryFolder folder;
  publish(system_files(), folder / "text.h5", bytes_of("this is not HDF5"));

  CHECK(contains(failure_of([&] { (void)File::open(folder / "missing.h5"); }), "missing.h5: No such file"));
  CHECK(contains(failure_of([&] { (void)File::open(folder / "text.h5"); }), "text.h5 as an HDF5 file: "));
  CHECK(contains(failure_of([&] { (void)File::open(folder.path()); }), folder.path().string() + ": Is a directory"));
  CHECK(contains(failure_of([&] { (void)File::open_image(bytes_of("nonsense"), "stage 3"); }), "stage 3"));
  CHECK(contains(failure_of([&] { (void)File::open_image({}, "stage 3"); }), "stage 3 as an HDF5 file: it is empty"));
}

TEST_CASE("what can't be made is named with the system's reason") {
  testing::TemporaryFolder folder;

  CHECK(contains(failure_of([&] { (void)File::create(folder / "none" / "a.h5"); }), "a.h5: No such file"));
}

TEST_CASE("a missing object and one of another kind are named") {
  File writer = File::create_image();
  writer.make_group("/group");
  writer.write("/x", ElementType::kF32, {}, Bytes(4));
  const File file = File::open_image(writer.take_image(), "f.h5");

  CHECK(failure_of([&] { (void)file.read("/y", ElementType::kF32); }) == "f.h5, /y is missing");
  CHECK(failure_of([&] { (void)file.shape("/group"); }) == "f.h5, /group is not a data set");
  CHECK(failure_of([&] { (void)file.children("/x"); }) == "f.h5, /x is not a group");
  CHECK(failure_of([&] { (void)file.read_strings("/x"); }) == "f.h5, /x does not hold strings");
}

TEST_CASE("a file moved from is left behind and the other one works") {
  File file = File::create_image();
  file.make_group("/kept");

  File moved = std::move(file);
  File assigned = File::create_image();
  assigned = std::move(moved);

  CHECK(assigned.exists("/kept"));
}

TEST_CASE("bytes that do not fill a data set are a bug of the caller") {
  File file = File::create_image();

  CHECK_THROWS_AS(file.write("/x", ElementType::kF32, kTwoByThree, Bytes(23)), Bug);
}

TEST_CASE("no flipped byte and no cut crashes the reader") {
  const Bytes good = small_image();
  const auto read_all = [](ByteView image) {
    try {
      const File file = File::open_image(image, "damaged");
      for (const auto& name : file.children("/")) {
        (void)file.shape(name);
        (void)file.read(name, ElementType::kF32);
        (void)file.string_attribute(name, "unit");
      }
    } catch (const Failure& failure) {
      return contains(failure.what(), "damaged");
    }
    return true;
  };

  for (std::size_t i = 0; i < good.size(); ++i) {
    Bytes damaged = good;
    damaged[i] ^= std::byte{0xff};
    CAPTURE(i);
    CHECK(read_all(damaged));
    CHECK(read_all(ByteView(good).first(i)));
  }
}
