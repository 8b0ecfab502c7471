// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "framework/core/error.hpp"
#include "framework/data/dataset.hpp"
#include "tests/framework/data/rows.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

/// Rows of two bytes, (row, 10 · row), made by hand.
class HandMade : public Dataset {
 public:
  HandMade(std::vector<std::int32_t> labels, const std::vector<std::uint64_t>& ids, std::int64_t classes = 3) {
    shape_ = {2};
    classes_ = classes;
    labels_ = std::move(labels);
    for (const auto id : ids) ids_.emplace_back(id);
    finish_opening("by hand");
  }
  void gather(std::span<const std::uint64_t> rows, std::span<std::byte> out) const override {
    check_gather(rows, out);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      out[2 * i] = static_cast<std::byte>(rows[i]);
      out[2 * i + 1] = static_cast<std::byte>(10 * rows[i]);
    }
  }
};

}  // namespace

TEST_CASE("a row is found by its id") {
  const HandMade data({0, 1, 2, 0}, {50, 7, 900, 8});

  CHECK(data.row_of(SampleId(50)) == 0);
  CHECK(data.row_of(SampleId(7)) == 1);
  CHECK(data.row_of(SampleId(900)) == 2);
  CHECK(data.row_of(SampleId(8)) == 3);
  for (const std::uint64_t absent : {0U, 1U, 49U, 901U}) CHECK_FALSE(data.row_of(SampleId(absent)).has_value());
}

TEST_CASE("an id given twice is refused with both rows") {
  CHECK_THROWS_WITH_AS(HandMade({0, 1, 2}, {5, 6, 5}), "by hand: row 2: id 5 is also that of row 0; ids must be unique",
                       Failure);
}

TEST_CASE("a label outside the classes is refused with its row") {
  CHECK_THROWS_WITH_AS(HandMade({0, 3}, {}), "by hand: row 1: label 3 is not in 0 ... 2", Failure);
  CHECK_THROWS_WITH_AS(HandMade({0, -1}, {}, 0), "by hand: row 1: label -1 is negative", Failure);
  CHECK_NOTHROW(HandMade({0, 3}, {}, 0));
}

TEST_CASE("rows are asked for in ascending order and within the data, or it is a bug") {
  const HandMade data({0, 1, 2}, {});

  CHECK(rows_of(data, {}).empty());
  CHECK(rows_of(data, {0, 2}) == bytes_from({0, 0, 2, 20}));
  CHECK_THROWS_AS((void)rows_of(data, {1, 0}), Bug);
  CHECK_THROWS_AS((void)rows_of(data, {1, 1}), Bug);
  CHECK_THROWS_AS((void)rows_of(data, {3}), Bug);
  Bytes out(5);
  CHECK_THROWS_AS(data.gather_range(0, 2, out), Bug);
  CHECK_THROWS_AS((void)set_digest(data, 2, 2, Key{}), Bug);
}

TEST_CASE("a sample's digest depends on id, label, features and key") {
  const HandMade data({0, 1, 1}, {4, 5, 6});
  const Bytes features = bytes_from({1, 2});
  const Digest digest = sample_digest(data, 1, features, Key{});

  CHECK(digest == sample_digest(data, 1, features, Key{}));
  CHECK(digest != sample_digest(data, 2, features, Key{}));
  CHECK(digest != sample_digest(HandMade({0, 2}, {4, 5}), 1, features, Key{}));
  CHECK(digest != sample_digest(data, 1, bytes_from({2, 1}), Key{}));
  CHECK(digest != sample_digest(data, 1, features, Key::parse("1")));
}

TEST_CASE("a set's digest is the sum of its parts, whatever their borders") {
  const HandMade data({0, 1, 2, 0, 1}, {});
  SetDigest parts = set_digest(data, 3, 2, Key{});
  parts.merge(set_digest(data, 0, 1, Key{}));
  parts.merge(set_digest(data, 1, 2, Key{}));

  CHECK(parts == set_digest(data, 0, 5, Key{}));

  parts.remove(sample_digest(data, 4, rows_of(data, {4}), Key{}));
  CHECK(parts == set_digest(data, 0, 4, Key{}));
  CHECK(set_digest(data, 5, 0, Key{}) == SetDigest{});
}

TEST_CASE("data larger than a block has the digest of its samples") {
  const auto data = open("digits:6000,seed=3");  // 4.7 MB
  SetDigest one_by_one;
  const Bytes all = all_rows(*data);
  for (std::uint64_t i = 0; i < 6000; ++i) one_by_one.insert(sample_digest(*data, i, row(all, i, 784), Key{}));

  CHECK(set_digest(*data, 0, 6000, Key{}) == one_by_one);
}

TEST_CASE("a limit keeps the first rows and the subjects that they have") {
  const TemporaryFolder folder;
  write_text(folder / "who", "bea\nana\nbea\ncis\nana\n");
  const std::string spec = "digits:5,seed=1,subjects=" + (folder / "who").string();

  const auto all = open(spec);
  const auto three = open(spec + ",limit=3");
  const auto more = open(spec + ",limit=50");

  CHECK(all->subjects() == std::vector<std::string>{"bea", "ana", "cis"});
  CHECK(all->subject(4) == "ana");
  CHECK(all->subject_index(3) == 2);
  CHECK(three->size() == 3);
  CHECK(three->subjects() == std::vector<std::string>{"bea", "ana"});
  CHECK(three->subject(2) == "bea");
  CHECK(more->size() == 5);
  CHECK_THROWS_WITH_AS((void)open("digits:5,limit=0"),
                       doctest::Contains("limit must be an integer from 1 to 9223372036854775807, not '0'"),
                       UsageError);
}

TEST_CASE("subjects from a file change no features, and change the digest") {
  const TemporaryFolder folder;
  write_text(folder / "who", "a\nb\nc");

  const auto own = open("digits:3,seed=1");
  const auto given = open("digits:3,seed=1,subjects=" + (folder / "who").string());

  CHECK(all_rows(*own) == all_rows(*given));
  CHECK(set_digest(*own, 0, 3, Key{}) != set_digest(*given, 0, 3, Key{}));
}

TEST_CASE("a subjects file may come from another system") {
  const TemporaryFolder folder;
  write_text(folder / "who",
             "\xEF\xBB\xBF"
             "ana\r\nJos\xC3\xA9 \xF0\x9F\x98\x80\r\nana\r\n");

  CHECK(open("digits:3,subjects=" + (folder / "who").string())->subjects() ==
        std::vector<std::string>{"ana", "Jos\xC3\xA9 \xF0\x9F\x98\x80"});
}

TEST_CASE("a subjects file that names no subject for a row is refused with the line") {
  const TemporaryFolder folder;
  const std::string path = folder / "who";
  const auto refusal = [&](std::string_view text) {
    write_text(path, text);
    return message_of<Failure>([&] { (void)open("digits:3,subjects=" + path); });
  };

  CHECK(refusal("a\n\nc\n") == path + ": line 2 is empty; each line names the subject of one row");
  CHECK(refusal("a\nb\nx\xFFy\n") ==
        path + ": line 3 is not valid UTF-8 at byte 1; each line names the subject of one row");
  CHECK(refusal(std::string_view("a\nb\nx\0y\n", 8)) ==
        path + ": line 3 has a zero byte at byte 1; each line names the subject of one row");
  CHECK(refusal("a\nb\n") ==
        path + ": 2 lines for 3 rows of digits:3,subjects=" + path + "; each row needs the line of its subject");
  CHECK(refusal("a\nb\nc\nd\n").starts_with(path + ": 4 lines for 3 rows"));
  CHECK(message_of<Failure>([&] { (void)open("digits:3,subjects=" + path + "-not"); }) ==
        "cannot open the subjects file " + path + "-not: No such file or directory");
}

TEST_CASE("text that UTF-8 forbids is no subject") {
  const TemporaryFolder folder;
  const std::string path = folder / "who";
  // Overlong, a surrogate, beyond the last code point, cut, a lone continuation.
  for (const char* const text : {"\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\x80"}) {
    write_text(path, text);
    CHECK(message_of<Failure>([&] {
            (void)open("digits:1,subjects=" + path);
          }).starts_with(path + ": line 1 is not valid UTF-8 at byte 0"));
  }
}

TEST_CASE("an unknown format is refused with the known ones") {
  CHECK_THROWS_WITH_AS(
      (void)open("parquet:x"),
      "data 'parquet:x': there is no format 'parquet'; known: digits:N,seed=K,writers=W  idx:IMAGES,LABELS  hdf5:FILE",
      UsageError);
}
