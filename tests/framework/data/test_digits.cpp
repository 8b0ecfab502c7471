// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include <doctest/doctest.h>

#include "framework/core/error.hpp"
#include "framework/data/digits.hpp"
#include "tests/framework/data/rows.hpp"

using namespace expunge;
using namespace expunge::testing;

TEST_CASE("digits are 28 x 28 bytes in ten classes with their writers as subjects") {
  const auto data = open("digits:100,seed=7");

  CHECK(data->shape() == std::vector<std::int64_t>{1, 28, 28});
  CHECK(data->feature_type() == FeatureType::kU8);
  CHECK(data->classes() == 10);
  CHECK(data->size() == 100);
  CHECK(data->row_bytes() == 784);
  CHECK(data->has_subjects());
  CHECK(data->subjects().size() <= 20);
  CHECK(data->subject(0)->starts_with("writer-0000"));
  CHECK(data->id(5) == SampleId(5));
  CHECK(data->row_of(SampleId(99)) == 99);
  CHECK_FALSE(data->row_of(SampleId(100)).has_value());
}

TEST_CASE("a digit does not depend on which others are asked for") {
  const auto data = open("digits:300,seed=7");
  const Bytes all = all_rows(*data);
  const std::vector<std::uint64_t> some{0, 1, 17, 150, 299};

  const Bytes subset = rows_of(*data, some);

  for (std::size_t i = 0; i < some.size(); ++i) CHECK(std::ranges::equal(row(subset, i, 784), row(all, some[i], 784)));
}

TEST_CASE("a limit is a prefix of the same digits") {
  const auto all = open("digits:300,seed=7");
  const auto prefix = open("digits:300,seed=7,limit=40");

  CHECK(prefix->size() == 40);
  CHECK(set_digest(*prefix, 0, 40, Key{}) == set_digest(*all, 0, 40, Key{}));
}

TEST_CASE("a seed fixes the digits and another one gives others") {
  const auto once = open("digits:50,seed=7");
  const auto again = open("digits:50,seed=7");
  const auto other = open("digits:50,seed=8");

  CHECK(all_rows(*once) == all_rows(*again));
  for (std::uint64_t i = 0; i < 50; ++i)
    CHECK_FALSE(std::ranges::equal(row(all_rows(*once), i, 784), row(all_rows(*other), i, 784)));
}

TEST_CASE("no two samples are the same picture") {
  const auto data = open("digits:500,seed=7");
  const Bytes all = all_rows(*data);
  std::set<Digest> pictures;

  for (std::uint64_t i = 0; i < 500; ++i) pictures.insert(digest_of_bytes(row(all, i, 784)));

  CHECK(pictures.size() == 500);
}

TEST_CASE("each picture has ink on paper and leaves the corners free of the digit") {
  const auto data = open("digits:200,seed=7");
  const Bytes all = all_rows(*data);

  for (std::uint64_t i = 0; i < 200; ++i) {
    const auto picture = row(all, i, 784);
    const auto inked = std::ranges::count_if(picture, [](std::byte b) { return b > std::byte{100}; });
    CHECK(inked > 20);
    CHECK(inked < 400);
  }
}

TEST_CASE("labels are roughly balanced and every writer writes") {
  const auto data = open("digits:4000,seed=7,writers=50");
  std::vector<int> per_class(10);
  std::vector<int> per_writer(data->subjects().size());

  for (std::uint64_t i = 0; i < data->size(); ++i) {
    ++per_class[static_cast<std::size_t>(data->label(i))];
    ++per_writer[data->subject_index(i)];
  }

  // Binomial(4000, 1/10) has a standard deviation of 19: six of them.
  for (const int count : per_class) CHECK(std::abs(count - 400) < 114);
  REQUIRE(per_writer.size() == 50);
  for (const int count : per_writer) CHECK(count > 20);
}

TEST_CASE("writers differ more from each other than from themselves") {
  // One writer with all rows, and another: the mean ink of the same class tells them apart in most pairs of writers.
  const DigitPainter painter(Key({7, 0}));
  const auto mean_picture = [&](std::uint32_t writer, std::uint64_t first) {
    std::vector<double> mean(kDigitPixels);
    std::array<std::byte, kDigitPixels> picture{};
    for (std::uint64_t i = first; i < first + 20; ++i) {
      painter.paint(i, writer, 3, picture);
      for (std::size_t p = 0; p < kDigitPixels; ++p) mean[p] += std::to_integer<int>(picture[p]) / 20.0;
    }
    return mean;
  };
  const auto distance = [](const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0;
    for (std::size_t p = 0; p < kDigitPixels; ++p) sum += (a[p] - b[p]) * (a[p] - b[p]);
    return sum;
  };
  int nearer = 0;

  for (std::uint32_t writer = 0; writer < 20; ++writer) {
    const auto own = mean_picture(writer, 0);
    if (distance(own, mean_picture(writer, 1000)) < distance(own, mean_picture(writer + 1, 2000))) ++nearer;
  }

  CHECK(nearer >= 18);
}

TEST_CASE("the embedded digits are what they always were") {
  const auto data = open("digits:200,seed=7");

  CHECK(set_digest(*data, 0, 200, Key{}).hex() == "5bca9159859a058624d46a813d40fe9d9cd3c143859811ce870667dd3ac4b563");
}

TEST_CASE("the default is a writer for every twenty samples and at least twenty") {
  CHECK(all_rows(*open("digits:1000,seed=1")) == all_rows(*open("digits:1000,seed=1,writers=50")));
  CHECK(all_rows(*open("digits:100,seed=1")) == all_rows(*open("digits:100,seed=1,writers=20")));
  CHECK(all_rows(*open("digits:5,seed=1")) == all_rows(*open("digits:5,seed=1,writers=5")));
}

TEST_CASE("digits that can't be meant are refused") {
  CHECK_THROWS_WITH_AS((void)open("digits"),
                       "data 'digits': digits takes one value (N) before its options, and 0 are given", UsageError);
  CHECK_THROWS_AS((void)open("digits:0"), UsageError);
  CHECK_THROWS_AS((void)open("digits:-5"), UsageError);
  CHECK_THROWS_AS((void)open("digits:100,seed=-1"), UsageError);
  CHECK_THROWS_AS((void)open("digits:100,writers=0"), UsageError);
  CHECK_THROWS_WITH_AS((void)open("digits:100,writers=101"),
                       "data 'digits:100,writers=101': writers must be an integer from 1 to 100, not '101'",
                       UsageError);
  CHECK_THROWS_WITH_AS(
      (void)open("digits:100,writer=3"),
      "data 'digits:100,writer=3': unknown option 'writer' (did you mean 'writers'?); digits takes seed, "
      "writers, limit, subjects",
      UsageError);
}
