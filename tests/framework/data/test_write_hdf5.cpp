// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include <doctest/doctest.h>

#include "framework/core/error.hpp"
#include "framework/data/write_hdf5.hpp"
#include "framework/io/file_system.hpp"
#include "framework/io/hdf5.hpp"
#include "tests/framework/data/rows.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

std::size_t files_in(const std::filesystem::path& folder) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++count;
  return count;
}

}  // namespace

TEST_CASE("what is written is read back: features, labels, classes, ids and subjects") {
  const TemporaryFolder folder;
  const auto data = open("digits:6000,seed=7");  // more than one block

  write_hdf5(*data, folder / "d.h5", false);
  const auto copy = open("hdf5:" + (folder / "d.h5").string());

  CHECK(copy->shape() == data->shape());
  CHECK(copy->classes() == 10);
  CHECK(copy->subjects() == data->subjects());
  CHECK(all_rows(*copy) == all_rows(*data));
  CHECK(set_digest(*copy, 0, 6000, Key{}) == set_digest(*data, 0, 6000, Key{}));
}

TEST_CASE("floats, ids that are no rows, and classes that are not fixed are written as they are") {
  const TemporaryFolder folder;
  const std::vector<float> x{0.5F, -1, 2, 1e-30F, 5, 6};
  const std::vector<std::int32_t> y{4, 0, 9};
  const std::vector<std::uint64_t> ids{77, ~std::uint64_t{0}, 3};
  const std::vector<std::uint64_t> x_dims{3, 2};
  const std::vector<std::uint64_t> dims{3};
  hdf5::File file = hdf5::File::create(folder / "a.h5");
  file.write("/x", hdf5::ElementType::kF32, x_dims, std::as_bytes(std::span(x)));
  file.write("/y", hdf5::ElementType::kI32, dims, std::as_bytes(std::span(y)));
  file.write("/ids", hdf5::ElementType::kU64, dims, std::as_bytes(std::span(ids)));
  file.close();
  const auto data = open("hdf5:" + (folder / "a.h5").string());

  write_hdf5(*data, folder / "b.h5", false);
  const auto copy = open("hdf5:" + (folder / "b.h5").string());

  CHECK(copy->classes() == 0);
  CHECK(copy->feature_type() == FeatureType::kF32);
  CHECK(copy->id(1).value() == ~std::uint64_t{0});
  CHECK_FALSE(copy->has_subjects());
  CHECK(set_digest(*copy, 0, 3, Key{}) == set_digest(*data, 0, 3, Key{}));
}

TEST_CASE("equal data gives equal files") {
  const TemporaryFolder folder;
  write_hdf5(*open("digits:100,seed=7"), folder / "a.h5", false);
  write_hdf5(*open("hdf5:" + (folder / "a.h5").string()), folder / "b.h5", false);

  CHECK(read_file(folder / "a.h5") == read_file(folder / "b.h5"));
}

TEST_CASE("rows that are taken out leave the other samples' digests as they were") {
  const TemporaryFolder folder;
  const auto data = open("digits:50,seed=7");
  const std::vector<std::uint64_t> kept{0, 1, 2, 10, 11, 49};
  SetDigest expected = set_digest(*data, 0, 50, Key{});
  const Bytes all = all_rows(*data);
  for (std::uint64_t i = 0; i < 50; ++i)
    if (std::ranges::find(kept, i) == kept.end()) expected.remove(sample_digest(*data, i, row(all, i, 784), Key{}));

  std::vector<std::int32_t> labels;
  std::vector<std::string> subjects;
  for (const auto i : kept) {
    labels.push_back(data->label(i));
    subjects.emplace_back(*data->subject(i));
  }
  const std::vector<std::uint64_t> x_dims{kept.size(), 1, 28, 28};
  const std::vector<std::uint64_t> dims{kept.size()};
  hdf5::File file = hdf5::File::create(folder / "kept.h5");
  file.write("/x", hdf5::ElementType::kU8, x_dims, rows_of(*data, kept));
  file.write("/y", hdf5::ElementType::kI32, dims, std::as_bytes(std::span(labels)));
  file.set_attribute("/y", "classes", std::int64_t{10});
  file.write("/ids", hdf5::ElementType::kU64, dims, std::as_bytes(std::span(kept)));
  file.write_strings("/subjects", subjects);
  file.close();
  const auto rest = open("hdf5:" + (folder / "kept.h5").string());

  CHECK(set_digest(*rest, 0, kept.size(), Key{}) == expected);
  CHECK(rest->row_of(SampleId(49)) == 5);
  CHECK_FALSE(rest->row_of(SampleId(3)).has_value());
}

TEST_CASE("a file that exists is left alone unless it is to be replaced") {
  const TemporaryFolder folder;
  write_text(folder / "d.h5", "precious");
  const auto data = open("digits:20,seed=7");

  CHECK_THROWS_WITH_AS(
      write_hdf5(*data, folder / "d.h5", false),
      ((folder / "d.h5").string() + " exists; choose another name, or replace it with --force").c_str(), Failure);
  CHECK(read_file(folder / "d.h5") == Bytes(bytes_of("precious").begin(), bytes_of("precious").end()));

  write_hdf5(*data, folder / "d.h5", true);
  CHECK(open("hdf5:" + (folder / "d.h5").string())->size() == 20);
  CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("a folder that is not there is named") {
  const TemporaryFolder folder;
  const auto data = open("digits:20,seed=7");

  CHECK_THROWS_WITH_AS(write_hdf5(*data, folder / "none" / "d.h5", false),
                       doctest::Contains(("there is no folder " + (folder / "none").string()).c_str()), Failure);
}

TEST_CASE("a data set can be rewritten onto its own file") {
  const TemporaryFolder folder;
  const std::string path = folder / "d.h5";
  write_hdf5(*open("digits:40,seed=7"), path, false);

  write_hdf5(*open("hdf5:" + path + ",limit=30"), path, true);

  CHECK(set_digest(*open("hdf5:" + path), 0, 30, Key{}) == set_digest(*open("digits:40,seed=7"), 0, 30, Key{}));
}

TEST_CASE("nothing is left behind where writing fails") {
  const TemporaryFolder folder;
  const std::vector<float> x{1, 2, std::numeric_limits<float>::infinity(), 4};
  const std::vector<std::int32_t> y{0, 0};
  const std::vector<std::uint64_t> x_dims{2, 2};
  const std::vector<std::uint64_t> dims{2};
  hdf5::File file = hdf5::File::create(folder / "bad.h5");
  file.write("/x", hdf5::ElementType::kF32, x_dims, std::as_bytes(std::span(x)));
  file.write("/y", hdf5::ElementType::kI32, dims, std::as_bytes(std::span(y)));
  file.close();

  CHECK_THROWS_AS(write_hdf5(*open("hdf5:" + (folder / "bad.h5").string()), folder / "copy.h5", false), Failure);
  CHECK(files_in(folder.path()) == 1);
  CHECK(message_of<Failure>([&] {
          write_hdf5(*open("digits:20"), folder / "no" / "d.h5", false);
        }).find((folder / "no").string()) != std::string::npos);
}
