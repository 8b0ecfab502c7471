// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <set>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "shards/partition/references.hpp"

using namespace expunge;

TEST_CASE("a reference is the same for the same seed and name, and another for any other") {
  const References references(Key({3, 4}));
  std::set<Digest> seen;

  for (std::uint64_t id = 0; id < 1000; ++id) {
    const bool is_new = seen.insert(references.of_sample(SampleId(id))).second;
    CHECK(is_new);
    CHECK(references.of_sample(SampleId(id)) == References(Key({3, 4})).of_sample(SampleId(id)));
  }
  for (const std::string subject : {"", "a", "A", "a ", "zoe@example.org", "zoé@example.org"}) {
    const bool is_new = seen.insert(references.of_subject(subject)).second;
    CHECK(is_new);
  }
}

TEST_CASE("who does not hold the seed makes other references") {
  const References one(Key({3, 4}));

  for (const Key& seed : {Key({4, 3}), Key({3, 5}), Key({3, 0}), Key()}) {
    CHECK(one.of_sample(SampleId(1)) != References(seed).of_sample(SampleId(1)));
    CHECK(one.of_subject("zoe") != References(seed).of_subject("zoe"));
  }
}

TEST_CASE("a sample and a subject never share a reference, even where a subject has a sample id's bytes") {
  const References references(Key({3, 4}));
  using namespace std::string_view_literals;

  CHECK(references.of_sample(SampleId(0x6867666564636261)) != references.of_subject("abcdefgh"));
  CHECK(references.of_sample(SampleId(1)) != references.of_subject("1"));
  CHECK(references.of_sample(SampleId(1)) != references.of_subject("\1\0\0\0\0\0\0\0"sv));
}

TEST_CASE("references stay what they were, for journals and certificates hold them") {
  const References references(Key({3, 4}));

  CHECK(references.of_sample(SampleId(17)).hex() == "52acbe739efe104952c7dc7bdb60f8b6ca2c3618258e1a34256dbcbf05a7b751");
  CHECK(references.of_subject("zoe@example.org").hex() ==
        "e13552d2deda793f3032dd8fe1c5a17d92c9836ca805c028379f952d41831709");
}
