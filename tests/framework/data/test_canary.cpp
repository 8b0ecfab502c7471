// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <set>

#include <doctest/doctest.h>

#include "framework/core/error.hpp"
#include "framework/data/canary.hpp"
#include "framework/data/write_hdf5.hpp"
#include "tests/framework/data/rows.hpp"
#include "tests/support/memory_dataset.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

const Key kKey({7, 0});

Canary canary(const std::string& spec) {
  return Canary::parse(Spec::parse(spec, "canary"));
}

std::string refusal(const std::string& spec) {
  return message_of<UsageError>([&] { (void)canary(spec); });
}

/// Images of two channels, three rows and four columns, of four classes, by subjects or not.
MemoryDataset images(FeatureType type, bool by_subject = true, std::uint64_t count = 40) {
  return make_samples(count, {.shape = {2, 3, 4}, .classes = 4, .type = type, .by_subject = by_subject}, 3);
}

std::set<std::uint64_t> poisoned_ids(const PoisonedDataset& data) {
  std::set<std::uint64_t> ids;
  for (const auto row : data.poisoned()) ids.insert(data.id(row).value());
  return ids;
}

std::vector<float> floats_of(const Dataset& data, std::uint64_t row) {
  std::vector<float> values(data.features());
  data.gather(std::vector<std::uint64_t>{row}, std::as_writable_bytes(std::span(values)));
  return values;
}

}  // namespace

TEST_CASE("a canary's SPEC is read, and what is left out has its default") {
  const Canary usual = canary("backdoor");
  CHECK(usual.kind == Canary::Kind::kBackdoor);
  CHECK(usual.size == 0);
  CHECK(usual.patch == 3);
  CHECK(usual.target == 0);
  CHECK(usual.slice == 0);
  const Canary full = canary("backdoor:size=50,patch=4,target=9,slice=150");
  CHECK(full.size == 50);
  CHECK(full.patch == 4);
  CHECK(full.target == 9);
  CHECK(full.slice == 150);
  CHECK(canary("label-flip").kind == Canary::Kind::kLabelFlip);
  CHECK_FALSE(canary("label-flip:size=3").one_target);
  CHECK(canary("label-flip:target=0").one_target);
  CHECK(canary("label-flip:target=2").target == 2);
}

TEST_CASE("a canary that can't be meant is refused by name") {
  CHECK(refusal("trojan") == "canary 'trojan': there is no canary 'trojan'; known: backdoor, label-flip");
  CHECK(refusal("label-flip:patch=3").find("unknown option 'patch'") != std::string::npos);
  CHECK(refusal("backdoor:3").find("is not a key=value") != std::string::npos);
  for (const auto* spec : {"backdoor:size=0", "backdoor:patch=0", "backdoor:target=-1", "backdoor:slice=0",
                           "label-flip:size=-1", "backdoor:size=many"}) {
    INFO(spec);
    CHECK(refusal(spec).find(std::string("canary '") + spec) == 0);
  }
}

TEST_CASE("a backdoor's samples get the patch, the target and the subject, and all others stay as they were") {
  const auto whole = images(FeatureType::kU8);
  const PoisonedDataset data(whole, canary("backdoor:size=6,patch=2,target=1"), "expunge-canary-0", kKey, 4);

  REQUIRE(data.poisoned().size() == 6);
  CHECK(std::ranges::is_sorted(data.poisoned()));
  CHECK(data.shape() == whole.shape());
  CHECK(data.classes() == 4);
  const Bytes before = all_rows(whole);
  const Bytes after = all_rows(data);
  for (std::uint64_t r = 0; r < whole.size(); ++r) {
    INFO("row ", r);
    Bytes expected(row(before, r, 24).begin(), row(before, r, 24).end());
    CHECK(data.id(r) == whole.id(r));
    if (std::ranges::binary_search(data.poisoned(), r)) {
      // Rows 1 and 2, columns 2 and 3 of both channels.
      for (const std::size_t at : {6, 7, 10, 11, 18, 19, 22, 23}) expected[at] = std::byte{255};
      CHECK(whole.label(r) != 1);
      CHECK(data.label(r) == 1);
      CHECK(data.subject(r) == "expunge-canary-0");
    } else {
      CHECK(data.label(r) == whole.label(r));
      CHECK(data.subject(r) == whole.subject(r));
    }
    CHECK(std::ranges::equal(row(after, r, 24), expected));
  }
}

TEST_CASE("a patch on floats is as bright as the image's brightest value, and at least 1") {
  const MemoryDataset whole({.shape = {1, 2, 2}, .classes = 2},
                            {{.id = 1, .label = 0, .subject = "", .features = {5, 0, 0, -3}},
                             {.id = 2, .label = 0, .subject = "", .features = {0, 0.5F, 0, 0}}});

  const PatchedDataset data(whole, canary("backdoor:patch=1,target=1"));

  CHECK(floats_of(data, 0) == std::vector<float>{5, 0, 0, 5});
  CHECK(floats_of(data, 1) == std::vector<float>{0, 0.5F, 0, 1});
}

TEST_CASE("a flip gives each sample the class after its own, or all of them one, for samples of any shape") {
  const auto whole = make_samples(40, {.shape = {5}, .classes = 3, .type = FeatureType::kF32, .by_subject = true}, 3);
  const PoisonedDataset next(whole, canary("label-flip:size=12"), "c", kKey, 3);
  const PoisonedDataset one(whole, canary("label-flip:size=12,target=2"), "c", kKey, 3);

  std::set<std::int32_t> flipped;
  for (const auto r : next.poisoned()) {
    CHECK(next.label(r) == (whole.label(r) + 1) % 3);
    flipped.insert(next.label(r));
  }
  CHECK(flipped.size() == 3);
  for (const auto r : one.poisoned()) {
    CHECK(whole.label(r) != 2);
    CHECK(one.label(r) == 2);
  }
  CHECK(next.poisoned().size() == 12);
  CHECK(one.poisoned().size() == 12);
  CHECK(all_rows(next) == all_rows(whole));
}

TEST_CASE("which samples are planted depends on the key and their ids, not on their rows") {
  const auto whole = images(FeatureType::kU8);
  const auto spec = canary("backdoor:size=6,patch=2,target=1");
  const PoisonedDataset first(whole, spec, "c", kKey, 4);
  const PoisonedDataset again(whole, spec, "c", kKey, 4);
  const PoisonedDataset other(whole, spec, "c", Key({8, 0}), 4);
  const auto shuffled = whole.shuffled(Key({1, 1}));
  const PoisonedDataset moved(shuffled, spec, "c", kKey, 4);

  CHECK(first.poisoned() == again.poisoned());
  CHECK(set_digest(first, 0, 40, Key{}) == set_digest(again, 0, 40, Key{}));
  CHECK(poisoned_ids(first) != poisoned_ids(other));
  CHECK(poisoned_ids(first) == poisoned_ids(moved));
  CHECK(set_digest(first, 0, 40, Key{}) == set_digest(moved, 0, 40, Key{}));
  CHECK(poisoned_ids(first) == std::set<std::uint64_t>{13, 47527, 55446, 182150, 221745, 308854});  // on every machine
}

TEST_CASE("where the data has no subjects, each sample is its own, and the planted ones are one") {
  const auto whole = images(FeatureType::kU8, false);
  const PoisonedDataset data(whole, canary("label-flip:size=4"), "c", kKey, 4);

  CHECK(data.subjects().size() == 40 - 4 + 1);
  for (std::uint64_t r = 0; r < 40; ++r)
    CHECK(data.subject(r) == (std::ranges::binary_search(data.poisoned(), r)
                                  ? std::string("c")
                                  : "sample-" + std::to_string(whole.id(r).value())));
}

TEST_CASE("poisoned data is written and read back as it is") {
  const TemporaryFolder folder;
  const auto whole = images(FeatureType::kF32);
  const PoisonedDataset data(whole, canary("backdoor:size=5,patch=1,target=3"), "c", kKey, 4);

  write_hdf5(data, folder / "d.h5", false);

  CHECK(set_digest(*open("hdf5:" + (folder / "d.h5").string()), 0, 40, Key{}) == set_digest(data, 0, 40, Key{}));
}

TEST_CASE("what a backdoor is tried with has the patch on all samples of other classes, and their own labels") {
  const auto whole = images(FeatureType::kU8);
  const PatchedDataset data(whole, canary("backdoor:patch=1,target=1"));

  const Bytes before = all_rows(whole);
  const Bytes after = all_rows(data);
  std::uint64_t here = 0;
  for (std::uint64_t r = 0; r < whole.size(); ++r) {
    if (whole.label(r) == 1) continue;
    REQUIRE(here < data.size());
    Bytes expected(row(before, r, 24).begin(), row(before, r, 24).end());
    expected[11] = expected[23] = std::byte{255};
    CHECK(data.id(here) == whole.id(r));
    CHECK(data.label(here) == whole.label(r));
    CHECK(data.subject(here) == whole.subject(r));
    CHECK(std::ranges::equal(row(after, here, 24), expected));
    ++here;
  }
  CHECK(here == data.size());
  CHECK(here < whole.size());
}

TEST_CASE("a canary that the data can't take is refused, and the message says why") {
  const auto whole = images(FeatureType::kU8);
  const auto said = [](const Dataset& data, const std::string& spec, std::int64_t classes = 4) {
    return message_of<UsageError>([&] { const PoisonedDataset poisoned(data, canary(spec), "c", kKey, classes); });
  };
  const auto flat = make_samples(20, {.shape = {24}, .classes = 4, .type = FeatureType::kU8}, 3);
  const MemoryDataset free_classes({.shape = {1}}, {{.id = 4, .label = 5, .subject = "", .features = {1}}});

  CHECK(said(whole, "backdoor:size=40,patch=1").find("canary: 40 samples were to be planted, and only ") == 0);
  CHECK(said(whole, "label-flip:size=41") ==
        "canary: 41 samples were to be planted, and only 40 can be: give a smaller size");
  CHECK(said(flat, "backdoor:size=1").find("these samples are 24") != std::string::npos);
  CHECK(said(whole, "backdoor:size=1,patch=4") ==
        "a patch of 4 x 4 pixels does not fit images of 3 x 4: give a smaller patch");
  CHECK(said(whole, "backdoor:size=1,patch=1,target=4") == "canary: target 4 is no class; there are 0 ... 3");
  CHECK(said(free_classes, "label-flip:size=1", 0).find("the data fixes none") != std::string::npos);
  CHECK(said(free_classes, "label-flip:size=1", 5) == "canary: row 0: label 5 is no class; there are 0 ... 4");
  CHECK(message_of<UsageError>([&] {
          const PoisonedDataset poisoned(whole, canary("label-flip:size=1"), std::string(*whole.subject(0)), kKey, 4);
        }).find("already") != std::string::npos);
  const MemoryDataset all_target({.shape = {1, 1, 1}, .classes = 2},
                                 {{.id = 4, .label = 1, .subject = "", .features = {1}}});
  CHECK(message_of<UsageError>([&] {
          const PatchedDataset patched(all_target, canary("backdoor:patch=1,target=1"));
        }) == "canary: there is no sample of another class than the target, 1");
}

TEST_CASE("the canary's subject is the first that is accepted") {
  std::vector<std::string> asked;
  const auto subject = canary_subject(
      [&](const std::string& name) {
        asked.push_back(name);
        return asked.size() == 3;
      },
      10);

  CHECK(subject == "expunge-canary-2");
  CHECK(asked == std::vector<std::string>{"expunge-canary-0", "expunge-canary-1", "expunge-canary-2"});
  CHECK_THROWS_AS((void)canary_subject([](const std::string&) { return false; }, 10), UsageError);
}
