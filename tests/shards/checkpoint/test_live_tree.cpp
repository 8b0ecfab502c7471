// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include <doctest/doctest.h>

#include "shards/checkpoint/live_tree.hpp"
#include "tests/support/drawn_references.hpp"
#include "tests/support/failure_message.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

using References = std::vector<Digest>;

Digest root_of(const References& references) {
  LiveTree tree;
  tree.insert(references);
  return tree.root();
}

void append(Bytes& text, ByteView bytes) {
  text.insert(text.end(), bytes.begin(), bytes.end());
}

/// FORMAT.md word by word, with no care for speed: the hash of the node over `references`, sorted, at `level`.
Digest plain_node(const References& references, std::size_t level) {
  constexpr std::array<unsigned, 8> kDigits{1, 1, 1, 1,
                                            2, 2, 2, 2};  // hexadecimal ones, of which a level takes so many
  if (level == kDigits.size() && references.size() == 1) {
    Bytes text{std::byte{0}};
    append(text, references[0].bytes);
    return digest_of_bytes(text);
  }
  std::map<unsigned, References> below;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < level && i < kDigits.size(); ++i) begin += kDigits[i];
  for (std::size_t i = 0; i < references.size(); ++i) {
    const unsigned slot =
        level == kDigits.size()
            ? static_cast<unsigned>(i)
            : static_cast<unsigned>(std::stoul(references[i].hex().substr(begin, kDigits[level]), nullptr, 16));
    below[slot].push_back(references[i]);
  }
  Bytes text{std::byte{1}};
  for (const auto& [slot, part] : below) {
    text.push_back(static_cast<std::byte>(slot));
    append(text, plain_node(part, level == kDigits.size() ? level : level + 1).bytes);
  }
  return digest_of_bytes(text);
}

Digest plain_root(const References& references) {
  const std::set<Digest> distinct(references.begin(), references.end());
  Bytes text{std::byte{2}};
  append(text, bytes_of("expunge-sparse-merkle-v1"));
  const std::uint64_t leaves = distinct.size();
  append(text, bytes_of_value(leaves));
  append(text, distinct.empty() ? Digest{}.bytes : plain_node({distinct.begin(), distinct.end()}, 0).bytes);
  return digest_of_bytes(text);
}

// The worked example of FORMAT.md. Its roots were computed by a program of a few lines in another language.
const Digest kA = reference_filled_with(0x11, 0x11);
const Digest kC = reference_filled_with(0xf0, 0xf0);
Digest example_b() {
  Digest b = reference_filled_with(0x22, 0x22);
  b.bytes[0] = b.bytes[1] = std::byte{0x11};
  return b;
}

}  // namespace

TEST_CASE("the roots of the worked example are those that are written there") {
  CHECK(root_of({}).hex() == "6294d3b844ed3e1c8b61cb13401423ca36014ae73b1beb39af470c535ec1ebed");
  CHECK(root_of({kA}).hex() == "ce2c82372771c626f9902a1d31afb713b7fc90dc1c70cd21d3993c8f1a09d35c");
  CHECK(root_of({kA, example_b(), kC}).hex() == "50d5de381f802495e1de28f5b750a1aefe2119e3d1cf915752a12528829486c0");
}

TEST_CASE("two references with one path have the root that is written for them") {
  const Digest beside = reference_filled_with(0x11, 0x33);

  CHECK(root_of({kA, beside}).hex() == "39bd35ca32c986d2660e31cfbe0e5ffbb02a9df56e894fd8899f986573f96051");
}

TEST_CASE("a proof in the worked example is the one that is written there") {
  LiveTree tree;
  tree.insert(References{kA, example_b(), kC});

  const LiveProof absent = tree.prove(reference_filled_with(0x22, 0x22));
  const LiveProof present = tree.prove(kA);

  CHECK_FALSE(absent.member);
  REQUIRE(absent.siblings.size() == 1);
  REQUIRE(absent.siblings[0].size() == 2);
  CHECK(absent.siblings[0][0].slot == 1);
  CHECK(absent.siblings[0][0].subtree.hex() == "d4dd3e1cfa1db208fa4c77af7655b518702e9658a6dc600d08df5b803a3955c5");
  CHECK(absent.siblings[0][1].slot == 15);
  CHECK(absent.siblings[0][1].subtree.hex() == "7d56dcf64262285f583e4059bcea4718bcf953f08c9dea4e9c58f61427835a4a");
  CHECK(present.member);
  REQUIRE(present.siblings.size() == 8);
  CHECK(present.siblings[0] == std::vector<LiveProof::Sibling>{absent.siblings[0][1]});
  REQUIRE(present.siblings[4].size() == 1);
  CHECK(present.siblings[4][0].slot == 0x22);
  CHECK(present.siblings[4][0].subtree.hex() == "06f9f47125b9941d9a723171eb5dba07becfb14d3beb10292860cbeb3f40a5c8");
  for (const std::size_t level : {1U, 2U, 3U, 5U, 6U, 7U}) CHECK(present.siblings[level].empty());
}

TEST_CASE("the root is what the specification says, however references crowd, and in whatever order they come") {
  for (const bool crowded : {false, true}) {
    for (const std::uint64_t count : {0U, 1U, 2U, 3U, 7U, 40U, 300U, 2000U}) {
      CAPTURE(crowded);
      CAPTURE(count);
      const References references = drawn_references(count, count, crowded);
      References reversed(references.rbegin(), references.rend());

      const Digest root = root_of(references);

      CHECK(root == plain_root(references));
      CHECK(root == root_of(reversed));
    }
  }
}

TEST_CASE("a tree that grew in parts, asked for its root in between, has the roots of trees made at once") {
  for (const bool crowded : {false, true}) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      CAPTURE(crowded);
      CAPTURE(seed);
      const References references = drawn_references(400, seed, crowded);
      const Key sizes({seed, 6});
      LiveTree tree;
      std::uint64_t there = 0;
      for (std::uint64_t part = 0; there < references.size(); ++part) {
        const std::uint64_t count = std::min<std::uint64_t>(references.size() - there, sizes.draw(part) % 90);
        tree.insert(std::span(references).subspan(there, count));
        there += count;
        if (sizes.draw(part, 1) % 2 == 0) continue;

        CHECK(tree.size() == there);
        CHECK(tree.root() == root_of({references.begin(), references.begin() + static_cast<std::ptrdiff_t>(there)}));
      }
      CHECK(tree.root() == plain_root(references));
    }
  }
}

TEST_CASE("a reference that is there already changes nothing, also within one insertion") {
  for (const bool crowded : {false, true}) {
    CAPTURE(crowded);
    const References references = drawn_references(100, 3, crowded);
    References twice = references;
    twice.insert(twice.end(), references.rbegin(), references.rend());
    LiveTree tree;
    tree.insert(references);
    const Digest root = tree.root();

    tree.insert(twice);

    CHECK(tree.size() == 100);
    CHECK(tree.root() == root);
    CHECK(root_of(twice) == root);
  }
}

TEST_CASE("a tree contains what was inserted and nothing else") {
  for (const bool crowded : {false, true}) {
    CAPTURE(crowded);
    const References references = drawn_references(600, 9, crowded);
    LiveTree tree;
    CHECK_FALSE(tree.contains(references[0]));

    tree.insert(std::span(references).first(300));

    std::uint64_t found = 0;
    for (const auto& reference : references) found += tree.contains(reference) ? 1 : 0;
    CHECK(found == 300);
    CHECK(std::ranges::all_of(std::span(references).first(300), [&](const auto& r) { return tree.contains(r); }));
  }
}

TEST_CASE("every other set has another root: one reference less, one more, one changed in any byte") {
  const References references = drawn_references(40, 11, true);
  std::set<Digest> roots{root_of(references)};
  std::size_t sets = 1;
  for (std::size_t i = 0; i < references.size(); ++i) {
    References less = references;
    less.erase(less.begin() + static_cast<std::ptrdiff_t>(i));
    roots.insert(root_of(less));
    ++sets;
  }
  for (std::size_t b = 0; b < 32; ++b) {
    References changed = references;
    changed[7].bytes[b] ^= std::byte{0x80};
    roots.insert(root_of(changed));
    References more = references;
    more.push_back(changed[7]);
    roots.insert(root_of(more));
    sets += 2;
  }
  CHECK(roots.size() == sets);
}

TEST_CASE("more references with one path than a node has slots are refused, with what they are") {
  LiveTree tree;
  References references;
  for (unsigned i = 0; i < 256; ++i) references.push_back(reference_filled_with(0x42, i));
  tree.insert(references);
  CHECK(tree.root() == plain_root(references));
  Digest one_more = reference_filled_with(0x42, 0);
  one_more.bytes[31] = std::byte{1};

  tree.insert(std::span(&one_more, 1));

  CHECK(contains(failure_of([&] { (void)tree.root(); }), "257 references begin with the same 48 bits"));
}
