// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "shards/checkpoint/live_proof.hpp"
#include "shards/checkpoint/live_tree.hpp"
#include "tests/support/drawn_references.hpp"
#include "tests/support/failure_message.hpp"

using namespace expunge;
using namespace expunge::testing;

namespace {

/// A tree, its references, as many others that are not in it, and its root.
struct Grove {
  Grove(std::uint64_t count, std::uint64_t seed, bool crowded) {
    const auto drawn = drawn_references(2 * count + 3, seed, crowded);
    inside.assign(drawn.begin(), drawn.begin() + static_cast<std::ptrdiff_t>(count));
    outside.assign(drawn.begin() + static_cast<std::ptrdiff_t>(count), drawn.end());
    tree.insert(inside);
    root = tree.root();
  }
  LiveTree tree;
  std::vector<Digest> inside;
  std::vector<Digest> outside;
  Digest root;
};

/// All that a proof says, as bytes.
Bytes raw(const LiveProof& proof) {
  Bytes bytes;
  for (const auto& level : proof.siblings) {
    bytes.push_back(static_cast<std::byte>(level.size()));
    for (const auto& sibling : level) {
      bytes.push_back(static_cast<std::byte>(sibling.slot));
      bytes.insert(bytes.end(), sibling.subtree.bytes.begin(), sibling.subtree.bytes.end());
    }
  }
  return bytes;
}

/// One of a path's siblings, in a level and at a place there.
struct Place {
  std::size_t level;
  std::size_t at;
};
std::vector<Place> places(const LiveProof& proof) {
  std::vector<Place> all;
  for (std::size_t level = 0; level < proof.siblings.size(); ++level)
    for (std::size_t at = 0; at < proof.siblings[level].size(); ++at) all.push_back({level, at});
  return all;
}

/// Proofs of every kind: from a tree like those in use, and from one in which paths part, or don't, at every level.
struct Example {
  Digest reference;
  Digest root;
  LiveProof proof;
};
std::vector<Example> examples() {
  std::vector<Example> all;
  for (const bool crowded : {false, true}) {
    Grove grove(60, 21, crowded);
    for (const auto& reference : {grove.inside[0], grove.inside[1], grove.outside[0], grove.outside[1]})
      all.push_back({reference, grove.root, grove.tree.prove(reference)});
  }
  LiveTree sharing;
  const std::vector<Digest> three{reference_filled_with(9, 1), reference_filled_with(9, 2),
                                  reference_filled_with(9, 3)};
  sharing.insert(three);
  for (const auto& reference : three) all.push_back({reference, sharing.root(), sharing.prove(reference)});
  return all;
}

/// Changes every example in each of the ways that `alter` offers, called as alter(proof, n) for n = 0, 1, … until it
/// returns false, and counts those that still check.
template <class Alter>
void check_refused(Alter alter) {
  std::uint64_t altered = 0;
  std::uint64_t passed = 0;
  for (const auto& example : examples()) {
    REQUIRE(check_live_proof(example.proof, example.reference, example.root));
    LiveProof proof = example.proof;
    for (std::uint64_t n = 0; alter(proof, n); ++n, proof = example.proof) {
      ++altered;
      passed += check_live_proof(proof, example.reference, example.root) ? 1 : 0;
    }
  }
  CHECK(altered > 0);
  CHECK(passed == 0);
}

LiveProof live_proof_from_json(const std::string& text) {
  const auto document = nlohmann::ordered_json::parse(text);
  return read_live_proof(JsonField(document, "a proof about a live tree"));
}

}  // namespace

TEST_CASE("every member's membership and everybody else's absence is proven, in sets of 0 to 2000") {
  for (const std::uint64_t count : {0U, 1U, 2U, 5U, 33U, 250U, 2000U}) {
    CAPTURE(count);
    Grove grove(count, 100 + count, false);
    std::uint64_t wrong = 0;
    for (const auto& reference : grove.inside) {
      const LiveProof proof = grove.tree.prove(reference);
      if (!proof.member || proof.leaves != count || !check_live_proof(proof, reference, grove.root)) ++wrong;
    }
    for (const auto& reference : grove.outside) {
      const LiveProof proof = grove.tree.prove(reference);
      if (proof.member || proof.leaves != count || !check_live_proof(proof, reference, grove.root)) ++wrong;
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("the same where references crowd, but for the absence of one whose whole path is taken") {
  Grove grove(1500, 31, true);
  std::uint64_t wrong = 0;
  std::uint64_t shared = 0;
  std::uint64_t without_proof = 0;
  for (const auto& reference : grove.inside) {
    const LiveProof proof = grove.tree.prove(reference);
    if (!proof.member || !check_live_proof(proof, reference, grove.root)) ++wrong;
    shared += proof.siblings.size() == 9 ? 1 : 0;
  }
  for (const auto& reference : grove.outside) {
    const bool taken = std::ranges::any_of(grove.inside, [&](const Digest& other) {
      return std::equal(other.bytes.begin(), other.bytes.begin() + 6, reference.bytes.begin());
    });
    if (taken) {
      ++without_proof;
      if (failure_of([&] { (void)grove.tree.prove(reference); }).empty()) ++wrong;
    } else if (const LiveProof proof = grove.tree.prove(reference);
               proof.member || !check_live_proof(proof, reference, grove.root)) {
      ++wrong;
    }
  }
  CHECK(wrong == 0);
  CHECK(shared > 100);
  CHECK(without_proof > 100);
  CHECK(without_proof < 1400);
}

TEST_CASE("two references with one path are both provable as members, and the absence of a third says why it isn't") {
  LiveTree tree;
  const std::vector<Digest> two{reference_filled_with(0x77, 1), reference_filled_with(0x77, 2)};
  const Digest third = reference_filled_with(0x77, 3);
  tree.insert(two);

  const LiveProof first = tree.prove(two[0]);
  const LiveProof second = tree.prove(two[1]);

  CHECK(first.member);
  CHECK(check_live_proof(first, two[0], tree.root()));
  CHECK(second.member);
  CHECK(check_live_proof(second, two[1], tree.root()));
  CHECK_FALSE(check_live_proof(first, two[1], tree.root()));
  CHECK_FALSE(check_live_proof(first, third, tree.root()));
  const std::string message = failure_of([&] { (void)tree.prove(third); });
  CHECK(contains(message, third.hex()));
  CHECK(contains(message, "another one begins with the same 48 bits"));
}

TEST_CASE("a proof of membership shows nothing of another reference") {
  for (const auto& example : examples()) {
    if (!example.proof.member) continue;
    CAPTURE(example.reference.hex());
    for (std::size_t b = 0; b < 32; ++b) {
      Digest other = example.reference;
      other.bytes[b] ^= std::byte{1};
      CHECK_FALSE(check_live_proof(example.proof, other, example.root));
    }
  }
}

TEST_CASE("a proof of absence shows that of all whose path leads to an empty slot of the same node, and no other's") {
  constexpr std::size_t kFirstBit[]{0, 4, 8, 12, 16, 24, 32, 40};  // of the path, at each level
  for (const auto& example : examples()) {
    if (example.proof.member) continue;
    CAPTURE(example.reference.hex());
    const std::size_t last = example.proof.siblings.size() - 1;
    for (std::size_t bit = 0; bit < 256; ++bit) {
      CAPTURE(bit);
      Digest other = example.reference;
      other.bytes[bit / 8] ^= std::byte{0x80} >> static_cast<int>(bit % 8);
      bool leads_there = bit >= kFirstBit[last];
      if (leads_there && bit < kFirstBit[last] + (last < 4 ? 4U : 8U)) {
        const std::string digits = other.hex().substr(kFirstBit[last] / 4, last < 4 ? 1 : 2);
        const auto slot = static_cast<std::uint8_t>(std::stoul(digits, nullptr, 16));
        leads_there = std::ranges::find(example.proof.siblings[last], slot, &LiveProof::Sibling::slot) ==
                      example.proof.siblings[last].end();
      }
      CHECK(check_live_proof(example.proof, other, example.root) == leads_there);
    }
  }
}

TEST_CASE("no member is shown absent by any of the proofs that others have") {
  for (const bool crowded : {false, true}) {
    CAPTURE(crowded);
    Grove grove(60, 5, crowded);
    std::uint64_t shown = 0;
    for (const auto& absent : grove.outside) {
      LiveProof proof;
      if (!failure_of([&] { proof = grove.tree.prove(absent); }).empty()) continue;
      for (const auto& member : grove.inside) shown += check_live_proof(proof, member, grove.root) ? 1 : 0;
    }
    CHECK(shown == 0);
  }
}

TEST_CASE("a proof shows nothing under another root or for another number of leaves") {
  for (const auto& example : examples()) {
    CAPTURE(example.reference.hex());
    for (std::size_t b = 0; b < 32; ++b) {
      Digest root = example.root;
      root.bytes[b] ^= std::byte{1};
      CHECK_FALSE(check_live_proof(example.proof, example.reference, root));
    }
    for (const std::uint64_t leaves : {std::uint64_t{0}, example.proof.leaves - 1, example.proof.leaves + 1}) {
      LiveProof proof = example.proof;
      proof.leaves = leaves;
      CHECK_FALSE(check_live_proof(proof, example.reference, example.root));
    }
  }
}

TEST_CASE("a proof of the one is no proof of the other: membership and absence can't be exchanged") {
  check_refused([](LiveProof& proof, std::uint64_t n) {
    proof.member = !proof.member;
    return n == 0;
  });
}

TEST_CASE("a proof with one byte of a sibling altered is refused") {
  check_refused([](LiveProof& proof, std::uint64_t n) {
    const auto all = places(proof);
    const std::uint64_t place = n / 33;
    if (place >= all.size()) return false;
    LiveProof::Sibling& sibling = proof.siblings[all[place].level][all[place].at];
    if (n % 33 == 32)
      sibling.slot ^= 1U;
    else
      sibling.subtree.bytes[n % 33] ^= std::byte{0x10};
    return true;
  });
}

TEST_CASE("a proof with a sibling dropped, added, repeated or out of order is refused") {
  check_refused([](LiveProof& proof, std::uint64_t n) {
    const auto all = places(proof);
    if (n >= all.size()) return false;
    auto& level = proof.siblings[all[n].level];
    level.erase(level.begin() + static_cast<std::ptrdiff_t>(all[n].at));
    return true;
  });
  check_refused([](LiveProof& proof, std::uint64_t n) {
    if (n >= proof.siblings.size() * 256) return false;
    auto& level = proof.siblings[n / 256];
    const auto slot = static_cast<std::uint8_t>(n % 256);
    const auto at = std::ranges::find_if(level, [&](const auto& sibling) { return sibling.slot > slot; });
    level.insert(at, {slot, reference_filled_with(1, 2)});
    return true;
  });
  check_refused([](LiveProof& proof, std::uint64_t n) {
    const auto all = places(proof);
    if (n >= all.size()) return false;
    auto& level = proof.siblings[all[n].level];
    const LiveProof::Sibling again = level[all[n].at];
    level.insert(level.begin() + static_cast<std::ptrdiff_t>(all[n].at), again);
    return true;
  });
  check_refused([](LiveProof& proof, std::uint64_t n) {
    std::vector<std::size_t> long_levels;
    for (std::size_t i = 0; i < proof.siblings.size(); ++i)
      if (proof.siblings[i].size() > 1) long_levels.push_back(i);
    if (n >= long_levels.size()) return false;
    std::ranges::reverse(proof.siblings[long_levels[n]]);
    return true;
  });
}

TEST_CASE("a proof with a level too few or too many is refused") {
  check_refused([](LiveProof& proof, std::uint64_t n) {
    if (n >= proof.siblings.size()) return false;
    proof.siblings.erase(proof.siblings.begin() + static_cast<std::ptrdiff_t>(n));
    return true;
  });
  check_refused([](LiveProof& proof, std::uint64_t n) {
    if (n > proof.siblings.size()) return false;
    proof.siblings.insert(proof.siblings.begin() + static_cast<std::ptrdiff_t>(n), {{}});
    return true;
  });
  check_refused([](LiveProof& proof, std::uint64_t n) {
    proof.siblings.resize(n == 0 ? 0 : 100'000);
    return n < 2;
  });
}

TEST_CASE("of an empty tree only the absence of everybody is shown, by one proof") {
  LiveTree tree;
  const Digest anybody = reference_filled_with(5, 5);

  const LiveProof proof = tree.prove(anybody);

  CHECK(check_live_proof(proof, anybody, tree.root()));
  CHECK(proof == LiveProof{false, 0, {{}}});
  LiveProof member = proof;
  member.member = true;
  CHECK_FALSE(check_live_proof(member, anybody, tree.root()));
  CHECK_FALSE(check_live_proof(LiveProof{false, 0, {}}, anybody, tree.root()));
  CHECK_FALSE(check_live_proof(LiveProof{false, 0, {{}, {}}}, anybody, tree.root()));
  CHECK_FALSE(check_live_proof(LiveProof{false, 1, {{}}}, anybody, tree.root()));
}

TEST_CASE("a proof never holds a reference, neither that of another nor the one it is about") {
  for (const bool crowded : {false, true}) {
    CAPTURE(crowded);
    Grove grove(200, 77, crowded);
    std::uint64_t found = 0;
    for (const auto& reference : grove.inside) {
      const Bytes bytes = raw(grove.tree.prove(reference));
      for (const auto& anybody : grove.inside)
        if (!std::ranges::search(bytes, anybody.bytes).empty()) ++found;
    }
    CHECK(found == 0);
  }
}

TEST_CASE("a proof about 15 000 references has less than 4 KiB") {
  Grove grove(15'000, 1, false);
  std::size_t longest = 0;
  for (std::size_t i = 0; i < 500; ++i) {
    longest = std::max(longest, raw(grove.tree.prove(grove.inside[i])).size());
    longest = std::max(longest, raw(grove.tree.prove(grove.outside[i])).size());
  }
  CHECK(longest > 1000);
  CHECK(longest < 4096);
}

TEST_CASE("a proof comes back from its JSON as it went in") {
  for (const auto& example : examples()) CHECK(live_proof_from_json(to_json_text(example.proof)) == example.proof);
  CHECK(to_json_text(LiveProof{false, 0, {{}}}) == R"({"member":false,"leaves":0,"siblings":[[]]})");
  LiveProof one{true, 3, {{{7, reference_filled_with(0xab, 0xcd)}}, {}}};
  CHECK(to_json_text(one) == R"({"member":true,"leaves":3,"siblings":[[[7,")"
                             "abababababab" +
                                 [] {
                                   std::string rest;
                                   for (int i = 0; i < 26; ++i) rest += "cd";
                                   return rest;
                                 }() +
                                 R"("]],[]]})");
}

TEST_CASE("JSON that is no proof is refused with what is wrong in it") {
  const auto refused = [](const std::string& text, const std::string& part) {
    CAPTURE(text);
    const std::string message = failure_of([&] { (void)live_proof_from_json(text); });
    CHECK(contains(message, part));
  };
  const std::string digits(64, 'a');

  refused("[]", "a proof about a live tree is [], expected an object");
  refused(R"({"member":true,"leaves":1})", "the field 'siblings' is missing");
  refused(R"({"member":1,"leaves":1,"siblings":[]})", "the field 'member' is 1, expected true or false");
  refused(R"({"member":true,"leaves":-1,"siblings":[]})", "the field 'leaves' is -1, expected an integer");
  refused(R"({"member":true,"leaves":1,"siblings":[],"more":0})", "the field 'more' does not belong");
  refused(R"({"member":true,"leaves":1,"siblings":[[],3]})", "'siblings[1]' is 3, expected a list");
  refused(R"({"member":true,"leaves":1,"siblings":[[],[3]]})", "'siblings[1][0]' is 3, expected a pair");
  refused(R"({"member":true,"leaves":1,"siblings":[[[256,")" + digits + R"("]]]})",
          "'siblings[0][0][0]' is 256, expected an integer in 0 … 255");
  refused(R"({"member":true,"leaves":1,"siblings":[[[-1,")" + digits + R"("]]]})", "'siblings[0][0][0]' is -1");
  refused(R"({"member":true,"leaves":1,"siblings":[[[1.5,")" + digits + R"("]]]})", "'siblings[0][0][0]' is 1.5");
  refused(R"({"member":true,"leaves":1,"siblings":[[[1,"abc"]]]})",
          "'siblings[0][0][1]' is \"abc\", expected 64 hexadecimal digits");
  refused(R"({"member":true,"leaves":1,"siblings":[[[1,7]]]})",
          "'siblings[0][0][1]' is 7, expected 64 hexadecimal digits");
}
