// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include <doctest/doctest.h>
#include <hdf5.h>

#include "framework/core/error.hpp"
#include "framework/data/hdf5_dataset.hpp"
#include "framework/io/hdf5.hpp"
#include "tests/framework/data/rows.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;
using namespace expunge::testing;
using hdf5::ElementType;

namespace {

template <class T>
ByteView raw(const std::vector<T>& values) {
  return std::as_bytes(std::span(values));
}

/// What a file is to hold: four rows of two floats unless a test changes something.
struct Content {
  std::vector<float> x{1, 2, 3, 4, 5, 6, 7, 8};
  std::vector<std::uint64_t> x_dims{4, 2};
  std::vector<std::int32_t> y{0, 2, 1, 0};
  std::optional<std::int64_t> classes = 3;
  std::vector<std::uint64_t> ids{10, 20, 30, 5};
  std::vector<std::string> subjects{"ana", "bea", "ana", "c\xC3\xA9"};
};

struct Written {
  TemporaryFolder folder;
  std::string path = folder / "data.h5";
  [[nodiscard]] std::string spec() const { return "hdf5:" + path; }

  explicit Written(const Content& content = {}) {
    hdf5::File file = hdf5::File::create(path);
    const std::uint64_t rows = content.y.size();
    file.write("/x", ElementType::kF32, content.x_dims, raw(content.x));
    file.write("/y", ElementType::kI32, std::span(&rows, 1), raw(content.y));
    if (content.classes) file.set_attribute("/y", "classes", *content.classes);
    const std::uint64_t ids = content.ids.size();
    if (ids > 0) file.write("/ids", ElementType::kU64, std::span(&ids, 1), raw(content.ids));
    if (!content.subjects.empty()) file.write_strings("/subjects", content.subjects);
    file.close();
  }
  [[nodiscard]] std::string refusal() const {
    return message_of<Failure>([this] { (void)open(spec()); });
  }
};

/// A file made by the library itself: what other programs write and `hdf5::File` does not.
template <class Fill>
std::string foreign(const TemporaryFolder& folder, Fill&& fill) {
  std::string path = folder / "foreign.h5";
  const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  fill(file);
  REQUIRE(H5Fclose(file) >= 0);
  return path;
}

void put(hid_t file, const char* name, hid_t stored, hid_t given, std::vector<hsize_t> dims, const void* values,
         hid_t creation = H5P_DEFAULT) {
  const hid_t space = H5Screate_simple(static_cast<int>(dims.size()), dims.data(), nullptr);
  const hid_t dataset = H5Dcreate2(file, name, stored, space, H5P_DEFAULT, creation, H5P_DEFAULT);
  REQUIRE(H5Dwrite(dataset, given, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
  H5Dclose(dataset);
  H5Sclose(space);
}

}  // namespace

TEST_CASE("an HDF5 file gives features, labels, classes, ids and subjects") {
  const Written file;

  const auto data = open(file.spec());

  CHECK(data->shape() == std::vector<std::int64_t>{2});
  CHECK(data->feature_type() == FeatureType::kF32);
  CHECK(data->classes() == 3);
  REQUIRE(data->size() == 4);
  CHECK(data->label(1) == 2);
  CHECK(data->id(3) == SampleId(5));
  CHECK(data->row_of(SampleId(20)) == 1);
  CHECK(data->subject(3) == "c\xC3\xA9");
  CHECK(data->subject_index(2) == 0);
  const std::vector<float> expected{1, 2, 7, 8};
  const Bytes got = rows_of(*data, {0, 3});
  CHECK(got == Bytes(raw(expected).begin(), raw(expected).end()));
}

TEST_CASE("ids, subjects and classes may be absent") {
  Content content;
  content.ids.clear();
  content.subjects.clear();
  content.classes.reset();
  const Written file(content);

  const auto data = open(file.spec());

  CHECK(data->id(3) == SampleId(3));
  CHECK_FALSE(data->has_subjects());
  CHECK(data->classes() == 0);
}

TEST_CASE("chunked, compressed, big-endian data of other integer widths is the same data") {
  const TemporaryFolder folder;
  const Written native;
  const std::vector<float> x{1, 2, 3, 4, 5, 6, 7, 8};
  const std::vector<std::int16_t> y{0, 2, 1, 0};
  const std::vector<std::int64_t> ids{10, 20, 30, 5};
  const std::vector<const char*> subjects{"ana", "bea", "ana", "c\xC3\xA9"};
  const std::string path = foreign(folder, [&](hid_t file) {
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    const hsize_t chunk[] = {3, 2};
    H5Pset_chunk(creation, 2, chunk);
    H5Pset_deflate(creation, 4);
    put(file, "/x", H5T_IEEE_F32BE, H5T_NATIVE_FLOAT, {4, 2}, x.data(), creation);
    H5Pclose(creation);
    put(file, "/y", H5T_STD_I16BE, H5T_NATIVE_SHORT, {4}, y.data());
    put(file, "/ids", H5T_STD_I64LE, H5T_NATIVE_INT64, {4}, ids.data());
    const hid_t text = H5Tcopy(H5T_C_S1);
    H5Tset_size(text, H5T_VARIABLE);
    H5Tset_cset(text, H5T_CSET_UTF8);
    put(file, "/subjects", text, text, {4}, subjects.data());
    H5Tclose(text);
  });

  const auto data = open("hdf5:" + path);
  const auto expected = open(native.spec());

  CHECK(data->classes() == 0);
  CHECK(set_digest(*data, 0, 4, Key{}) == set_digest(*expected, 0, 4, Key{}));
  CHECK(rows_of(*data, {1, 3}) == rows_of(*expected, {1, 3}));
}

TEST_CASE("rows far apart in a chunked file are read as those near each other") {
  const TemporaryFolder folder;
  std::vector<std::uint8_t> x(std::size_t{3000} * 4096);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<std::uint8_t>(i * 2654435761U >> 15U);
  const std::vector<std::uint8_t> y(3000);
  const std::string path = foreign(folder, [&](hid_t file) {
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    const hsize_t chunk[] = {64, 4096};
    H5Pset_chunk(creation, 2, chunk);
    put(file, "/x", H5T_STD_U8LE, H5T_NATIVE_UINT8, {3000, 4096}, x.data(), creation);
    H5Pclose(creation);
    put(file, "/y", H5T_STD_U8LE, H5T_NATIVE_UINT8, {3000}, y.data());
  });
  const auto data = open("hdf5:" + path);
  const std::vector<std::uint64_t> rows{0, 5, 1023, 1024, 1025, 2999};

  const Bytes got = rows_of(*data, rows);

  for (std::size_t i = 0; i < rows.size(); ++i)
    CHECK(std::ranges::equal(row(got, i, 4096), std::as_bytes(std::span(x)).subspan(rows[i] * 4096, 4096)));
}

TEST_CASE("a feature that is not finite is refused with its row when it is read") {
  for (const float bad :
       {std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(), std::nanf("")}) {
    Content content;
    content.x[5] = bad;
    const Written file(content);
    const auto data = open(file.spec());

    CHECK_NOTHROW((void)rows_of(*data, {0, 1, 3}));
    const std::string expected =
        file.path + ": /x: row 2: feature 1 is " + (std::isnan(bad) ? "not a number" : "infinite");
    CHECK(message_of<Failure>([&] { (void)rows_of(*data, {1, 2}); }) == expected);
    CHECK(message_of<Failure>([&] { (void)set_digest(*data, 0, 4, Key{}); }) == expected);
  }
}

TEST_CASE("the largest finite features are taken") {
  Content content;
  content.x[0] = std::numeric_limits<float>::max();
  content.x[1] = -std::numeric_limits<float>::denorm_min();
  const Written file(content);

  CHECK_NOTHROW((void)all_rows(*open(file.spec())));
}

TEST_CASE("labels outside the classes are refused with their row") {
  Content content;
  content.y[2] = 3;
  const Written beyond(content);
  CHECK(beyond.refusal() == beyond.path + ": /y: row 2: label 3 is not in 0 ... 2");

  content.y[2] = -1;
  content.classes.reset();
  const Written negative(content);
  CHECK(negative.refusal() == negative.path + ": /y: row 2: label -1 is not in 0 ... 2147483646");

  for (const std::int64_t classes : {0L, -1L, 1L << 31U}) {
    Content odd;
    odd.classes = classes;
    const Written file(odd);
    CHECK(file.refusal() == file.path + ": the attribute classes of /y is " + std::to_string(classes) +
                                "; it must be from 1 to 2147483647");
  }
}

TEST_CASE("an id given twice is refused with both rows") {
  Content content;
  content.ids[3] = 20;
  const Written file(content);

  CHECK(file.refusal() == file.spec() + ": row 3: id 20 is also that of row 1; ids must be unique");
}

TEST_CASE("parts of different lengths are refused") {
  Content labels;
  labels.y.push_back(0);
  const Written more_labels(labels);
  CHECK(more_labels.refusal() ==
        more_labels.path + ": /y has the dimensions {5}; it must have one entry for each of the 4 rows of /x");

  Content ids;
  ids.ids.pop_back();
  const Written fewer_ids(ids);
  CHECK(fewer_ids.refusal() ==
        fewer_ids.path + ": /ids has the dimensions {3}; it must have one entry for each of the 4 rows of /x");

  Content subjects;
  subjects.subjects.pop_back();
  const Written fewer_subjects(subjects);
  CHECK(fewer_subjects.refusal().starts_with(fewer_subjects.path + ": /subjects has the dimensions {3}"));
}

TEST_CASE("subjects that are none are refused with their row") {
  Content content;
  content.subjects[1] = "";
  const Written empty(content);
  CHECK(empty.refusal() == empty.path + ": /subjects: row 1 is empty");

  content.subjects[1] = "ab\xFF";
  const Written broken(content);
  CHECK(broken.refusal() == broken.path + ": /subjects: row 1 is not valid UTF-8 at byte 2");
}

TEST_CASE("types that are not taken are refused with what is") {
  const TemporaryFolder folder;
  const std::vector<double> doubles(8);
  const std::vector<std::int32_t> integers(8);
  const auto refusal = [&](hid_t x_stored, hid_t x_given, const void* x, hid_t y_stored, hid_t y_given, const void* y) {
    const std::string path = foreign(folder, [&](hid_t file) {
      put(file, "/x", x_stored, x_given, {4, 2}, x);
      put(file, "/y", y_stored, y_given, {4}, y);
    });
    return message_of<Failure>([&] { (void)open("hdf5:" + path); });
  };
  const std::string path = folder / "foreign.h5";

  CHECK(refusal(H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, doubles.data(), H5T_STD_I32LE, H5T_NATIVE_INT, integers.data()) ==
        path + ": /x holds float64: store it as float32 (numpy: x.astype('float32'))");
  CHECK(refusal(H5T_STD_I32LE, H5T_NATIVE_INT, integers.data(), H5T_STD_I32LE, H5T_NATIVE_INT, integers.data()) ==
        path + ": /x must hold unsigned bytes (uint8) or float32");
  CHECK(refusal(H5T_STD_U8LE, H5T_NATIVE_INT, integers.data(), H5T_IEEE_F32LE, H5T_NATIVE_DOUBLE, doubles.data()) ==
        path + ": /y holds floating-point numbers; labels are integers from 0");
}

TEST_CASE("a file without features or labels, or with features of one dimension, is refused") {
  const TemporaryFolder folder;
  const std::string path = folder / "foreign.h5";
  const std::vector<std::uint8_t> values(4);
  const auto refusal = [&] { return message_of<Failure>([&] { (void)open("hdf5:" + path); }); };

  (void)foreign(folder, [&](hid_t file) { put(file, "/y", H5T_STD_U8LE, H5T_NATIVE_UINT8, {4}, values.data()); });
  CHECK(refusal() == path + ": there is no /x; a data set holds /x (features) and /y (labels)");

  (void)foreign(folder, [&](hid_t file) { put(file, "/x", H5T_STD_U8LE, H5T_NATIVE_UINT8, {4, 1}, values.data()); });
  CHECK(refusal() == path + ": there is no /y; a data set holds /x (features) and /y (labels)");

  (void)foreign(folder, [&](hid_t file) {
    put(file, "/x", H5T_STD_U8LE, H5T_NATIVE_UINT8, {4}, values.data());
    put(file, "/y", H5T_STD_U8LE, H5T_NATIVE_UINT8, {4}, values.data());
  });
  CHECK(refusal() == path + ": /x has 1 dimensions; it needs two or more, rows first");
}

TEST_CASE("a file that is cut short or is no HDF5 is refused with its name") {
  const Written file;
  std::filesystem::resize_file(file.path, std::filesystem::file_size(file.path) - 1);
  CHECK(file.refusal().find(file.path) != std::string::npos);

  write_text(file.path, "not HDF5 at all");
  CHECK(file.refusal().find(file.path) != std::string::npos);

  CHECK(message_of<Failure>([&] { (void)open(file.spec() + "-not"); }).find(file.path + "-not") != std::string::npos);
}
