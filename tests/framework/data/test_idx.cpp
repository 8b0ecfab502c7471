// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include <doctest/doctest.h>
#include <zlib.h>

#include "framework/core/error.hpp"
#include "framework/data/idx.hpp"
#include "tests/framework/data/rows.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

/// An IDX file of unsigned bytes; small dimensions alone.
Bytes idx(const std::vector<int>& dims, const Bytes& elements) {
  Bytes bytes = bytes_from({0, 0, 8, static_cast<int>(dims.size())});
  for (const int dim : dims)
    for (const int shift : {24, 16, 8, 0}) bytes.push_back(static_cast<std::byte>((dim >> shift) & 0xFF));
  bytes.insert(bytes.end(), elements.begin(), elements.end());
  return bytes;
}

Bytes gzip(ByteView content) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  Bytes out(content.size() + content.size() / 100 + 100);
  Bytes in(content.begin(), content.end());
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

/// Three images of 2 x 2 and their labels, in files of the test's own.
struct Small {
  TemporaryFolder folder;
  Bytes image_file = idx({3, 2, 2}, bytes_from({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255}));
  Bytes label_file = idx({3}, bytes_from({7, 0, 9}));
  std::string images = folder / "images";
  std::string labels = folder / "labels";
  [[nodiscard]] std::string spec() const { return "idx:" + images + "," + labels; }
  void write() const {
    write_bytes(images, image_file);
    write_bytes(labels, label_file);
  }
  /// What opening says, after both files were written.
  [[nodiscard]] std::string refusal() const {
    write();
    return message_of<Failure>([this] { (void)open(spec()); });
  }
};

}  // namespace

TEST_CASE("an IDX pair gives its images and labels, plain or gzip") {
  for (const bool packed : {false, true}) {
    CAPTURE(packed);
    Small small;
    if (packed) small.image_file = gzip(small.image_file);
    if (packed) small.label_file = gzip(small.label_file);
    small.write();

    const auto data = open(small.spec());

    CHECK(data->shape() == std::vector<std::int64_t>{1, 2, 2});
    CHECK(data->feature_type() == FeatureType::kU8);
    CHECK(data->classes() == 10);
    REQUIRE(data->size() == 3);
    CHECK(data->label(0) == 7);
    CHECK(data->label(2) == 9);
    CHECK_FALSE(data->has_subjects());
    CHECK_FALSE(data->subject(0).has_value());
    CHECK(data->id(2) == SampleId(2));
    CHECK(all_rows(*data) == bytes_from({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255}));
    CHECK(rows_of(*data, {0, 2}) == bytes_from({1, 2, 3, 4, 9, 10, 11, 255}));
    CHECK(rows_of(*data, {1}) == bytes_from({5, 6, 7, 8}));  // backwards
  }
}

TEST_CASE("two dimensions are rows of features and four keep their channels") {
  Small small;
  small.image_file = idx({3, 2}, bytes_from({1, 2, 3, 4, 5, 6}));
  small.write();
  CHECK(open(small.spec())->shape() == std::vector<std::int64_t>{2});

  small.image_file = idx({3, 2, 1, 1}, bytes_from({1, 2, 3, 4, 5, 6}));
  small.write();
  CHECK(open(small.spec())->shape() == std::vector<std::int64_t>{2, 1, 1});
}

TEST_CASE("gzip images larger than any buffer are the same read whole, forwards in pieces and backwards") {
  Small small;
  const int count = 300;
  Bytes pixels(static_cast<std::size_t>(count) * 900);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::byte>(i * 2654435761U >> 13U);
  small.image_file = gzip(idx({count, 30, 30}, pixels));
  small.label_file = idx({count}, Bytes(count));
  small.write();
  const auto data = open(small.spec());

  CHECK(all_rows(*data) == pixels);
  for (const std::uint64_t at : {0U, 10U, 11U, 250U, 299U, 3U, 120U}) {
    const auto expected = row(pixels, at, 900);
    CHECK(rows_of(*data, {at}) == Bytes(expected.begin(), expected.end()));
  }
}

TEST_CASE("a gzip file of several members is one file") {
  Small small;
  Bytes joined = gzip(ByteView(small.image_file).first(15));
  const Bytes rest = gzip(ByteView(small.image_file).subspan(15));
  joined.insert(joined.end(), rest.begin(), rest.end());
  const Bytes content = small.image_file;
  small.image_file = joined;
  small.write();

  CHECK(rows_of(*open(small.spec()), {0, 1, 2}) == Bytes(content.begin() + 16, content.end()));
}

TEST_CASE("a file that is no IDX file of unsigned bytes is refused with its magic number") {
  for (const std::size_t byte : {0U, 1U, 2U, 3U}) {
    Small small;
    small.image_file[byte] = byte == 3 ? std::byte{0} : std::byte{0x0D};
    CHECK(small.refusal() == small.images + ": byte 0: " + to_hex(ByteView(small.image_file).first(4)) +
                                 " is not the magic number of an IDX file of unsigned bytes (000008 and the number of "
                                 "dimensions)");
  }
}

TEST_CASE("a file that ends too early is refused with the byte where it ends") {
  Small small;
  small.image_file.pop_back();
  CHECK(small.refusal() ==
        small.images +
            ": its header (dimensions 3 x 2 x 2) promises 28 bytes, and the file ends at byte 27: it is cut short");

  small.image_file.resize(10);
  CHECK(small.refusal() == small.images + ": the IDX header is cut short at byte 8");

  small.image_file.clear();
  CHECK(small.refusal() == small.images + ": the IDX header is cut short at byte 0");
}

TEST_CASE("a file with more bytes than its header promises is refused with the first of them") {
  Small small;
  small.label_file.push_back(std::byte{1});
  CHECK(small.refusal() ==
        small.labels +
            ": its header (dimensions 3) promises 11 bytes, and more bytes follow at byte 11 (the file has 12)");

  small.label_file = gzip(small.label_file);
  CHECK(small.refusal() ==
        small.labels + ": its header (dimensions 3) promises 11 bytes uncompressed, and more bytes follow at byte 11");
}

TEST_CASE("a header whose sizes can't be meant is refused before anything is allocated") {
  Small small;
  small.image_file = idx({3, 0, 2}, {});
  CHECK(small.refusal() == small.images + ": byte 8: dimension 2 is 0");

  small.image_file = idx({-1, -1, -1}, {});
  CHECK(small.refusal().starts_with(small.images + ": byte 12: dimension 3 of 4294967295 makes rows too large"));

  small.label_file = idx({-1}, {});
  small.image_file = idx({-1, 1}, {});
  CHECK(small.refusal() == small.images +
                               ": its header (dimensions 4294967295 x 1) promises 4294967307 bytes, and the file "
                               "ends at byte 12: it is cut short");
}

TEST_CASE("images and labels that do not belong together are refused") {
  Small small;
  small.label_file = idx({2}, bytes_from({1, 2}));
  CHECK(small.refusal() == small.labels + ": byte 4: 2 labels, and " + small.images + " has 3 images");

  std::swap(small.image_file, small.label_file);
  CHECK(small.refusal() ==
        small.images + ": byte 3: images need 2 dimensions or more, and it has 1: are images and labels swapped?");

  small.image_file = idx({3, 1}, Bytes(3));
  small.label_file = idx({3, 1}, Bytes(3));
  CHECK(small.refusal() ==
        small.labels + ": byte 3: labels need 1 dimension, and it has 2: are images and labels swapped?");
}

TEST_CASE("a label above nine is refused with its byte and row") {
  Small small;
  small.label_file[8 + 1] = std::byte{10};
  CHECK(small.refusal() == small.labels + ": byte 9 (row 1): label 10 is not in 0 ... 9");

  small.label_file = gzip(small.label_file);
  CHECK(small.refusal() == small.labels + ": byte 9 (row 1): label 10 is not in 0 ... 9");
}

TEST_CASE("gzip data cut anywhere is refused when it is opened") {
  Small small;
  const Bytes whole = gzip(small.image_file);
  for (std::size_t length = 2; length < whole.size(); ++length) {
    small.image_file.assign(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    CHECK(small.refusal() == small.images + ": the gzip data is cut short at byte " + std::to_string(length) +
                                 " of the compressed file; get the file again");
  }
}

TEST_CASE("gzip data with a wrong byte never passes for other pixels") {
  Small small;
  const Bytes whole = gzip(small.image_file);
  const Bytes pixels = all_rows(*(small.image_file = whole, small.write(), open(small.spec())));
  int refused = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    small.image_file = whole;
    small.image_file[at] ^= std::byte{0x40};
    small.write();
    try {
      const Bytes read = all_rows(*open(small.spec()));
      CHECK(read == pixels);  // a byte of the header that means nothing, like the time
    } catch (const Failure& error) {
      CHECK(std::string(error.what()).starts_with(small.images + ": "));
      ++refused;
    }
  }
  CHECK(refused > static_cast<int>(whole.size()) - 10);

  small.image_file = whole;
  small.image_file[whole.size() - 6] ^= std::byte{1};  // the checksum
  CHECK(small.refusal().starts_with(small.images + ": the gzip data is corrupt (incorrect data check) at byte "));
}

TEST_CASE("what follows gzip data and is none is refused") {
  Small small;
  small.image_file = gzip(small.image_file);
  const std::size_t length = small.image_file.size();
  small.image_file.push_back(std::byte{'x'});
  small.image_file.push_back(std::byte{'x'});

  CHECK(small.refusal() == small.images + ": the gzip data is corrupt (incorrect header check) at byte " +
                               std::to_string(length + 2) + " of the compressed file; get the file again");
}

TEST_CASE("gzip images that change under an open data set are refused") {
  Small small;
  small.image_file = gzip(small.image_file);
  small.write();
  const auto data = open(small.spec());
  write_bytes(small.images, ByteView(small.image_file).first(20));

  CHECK(message_of<Failure>([&] {
          (void)rows_of(*data, {0});
        }).starts_with(small.images + ": the gzip data is cut short"));
}

TEST_CASE("a missing file is named") {
  Small small;
  small.write();
  const std::string spec = "idx:" + small.images + "-not," + small.labels;

  CHECK(message_of<Failure>([&] { (void)open(spec); }).find(small.images + "-not") != std::string::npos);
  CHECK(message_of<UsageError>([&] { (void)open("idx:" + small.images); }) ==
        "data 'idx:" + small.images + "': idx takes 2 values (IMAGES,LABELS) before its options, and 1 is given");
}

TEST_CASE("MNIST is read as published") {
  const char* const given = std::getenv("EXPUNGE_SHARED_DATA");
  const std::filesystem::path root =
      std::filesystem::path(__FILE__).parent_path().parent_path().parent_path().parent_path();
  const std::filesystem::path mnist =
      (given != nullptr ? std::filesystem::path(given) : root.parent_path() / "shared" / "data") / "mnist";
  if (!std::filesystem::exists(mnist)) {
    MESSAGE("skipped: there is no " << mnist.string() << " (EXPUNGE_SHARED_DATA names another folder)");
    return;
  }
  const auto data = open("idx:" + (mnist / "t10k-images-idx3-ubyte.gz").string() + "," +
                         (mnist / "t10k-labels-idx1-ubyte.gz").string());
  std::vector<int> counts(10);

  for (std::uint64_t i = 0; i < data->size(); ++i) ++counts[static_cast<std::size_t>(data->label(i))];

  CHECK(data->size() == 10000);
  CHECK(data->shape() == std::vector<std::int64_t>{1, 28, 28});
  CHECK(counts == std::vector<int>{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009});
}
