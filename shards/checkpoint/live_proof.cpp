// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/checkpoint/live_proof.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

#include <nlohmann/json.hpp>

#include "framework/core/error.hpp"
#include "shards/checkpoint/live_tree_hash.hpp"

namespace expunge {

namespace {

using live_tree::kLevels;
using Siblings = std::vector<LiveProof::Sibling>;

/// Slots ascend, each once, below `slots`, and none is `own`.
bool well_formed(const Siblings& siblings, std::size_t slots, std::uint8_t own) {
  const auto not_below = [](const auto& a, const auto& b) { return a.slot >= b.slot; };
  return std::ranges::adjacent_find(siblings, not_below) == siblings.end() &&
         std::ranges::all_of(siblings, [&](const auto& s) { return s.slot < slots && s.slot != own; });
}

Digest node_hash(const Siblings& siblings, std::uint8_t own, const std::optional<Digest>& subtree) {
  live_tree::NodeHasher hasher;
  auto sibling = siblings.begin();
  for (; sibling != siblings.end() && sibling->slot < own; ++sibling) hasher.add(sibling->slot, sibling->subtree);
  if (subtree) hasher.add(own, *subtree);
  for (; sibling != siblings.end(); ++sibling) hasher.add(sibling->slot, sibling->subtree);
  return hasher.finish();
}

/// The number of the one that is missing among leaves numbered 0, 1, 2, … that share a path.
std::uint8_t missing_number(const Siblings& siblings) {
  std::uint8_t number = 0;
  for (const auto& sibling : siblings) {
    if (sibling.slot != number) break;
    ++number;
  }
  return number;
}

/// The hash of what is at the end of the path; nothing where that is malformed.
std::optional<Digest> end_of_path(const LiveProof& proof, const Digest& reference) {
  const Digest leaf = live_tree::leaf_hash(reference);
  if (proof.siblings.size() == kLevels) return leaf;
  const Siblings& sharing = proof.siblings[kLevels];
  const std::uint8_t own = missing_number(sharing);
  if (sharing.empty() || sharing.size() >= live_tree::kMostSlots || !well_formed(sharing, sharing.size() + 1, own))
    return std::nullopt;
  return node_hash(sharing, own, leaf);
}

}  // namespace

bool check_live_proof(const LiveProof& proof, const Digest& reference, const Digest& root) {
  const std::size_t listed = proof.siblings.size();
  if (proof.leaves == 0)
    return !proof.member && listed == 1 && proof.siblings[0].empty() && live_tree::root_hash(0, Digest{}) == root;
  if (proof.member ? listed != kLevels && listed != kLevels + 1 : listed == 0 || listed > kLevels) return false;
  // A node is there because a slot of it is occupied.
  if (!proof.member && proof.siblings.back().empty()) return false;

  std::optional<Digest> below;
  if (proof.member && !(below = end_of_path(proof, reference))) return false;
  const std::uint64_t path = live_tree::path_of(reference);
  for (std::size_t level = std::min(listed, kLevels); level-- > 0;) {
    const Siblings& siblings = proof.siblings[level];
    const std::uint8_t own = live_tree::slot_of(path, level);
    if (!well_formed(siblings, live_tree::slots(level), own)) return false;
    below = node_hash(siblings, own, below);
  }
  return live_tree::root_hash(proof.leaves, *below) == root;
}

namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kProofVersion = 1;

LiveProof::Sibling read_sibling(const JsonField& field) {
  const auto [slot, subtree] = field.pair();
  return {.slot = slot.number<std::uint8_t>(), .subtree = subtree.digest()};
}

}  // namespace

std::string to_json_text(const LiveProof& proof) {
  Json siblings = Json::array();
  for (const auto& level : proof.siblings) {
    Json list = Json::array();
    for (const auto& sibling : level) list.push_back(Json::array({sibling.slot, sibling.subtree.hex()}));
    siblings.push_back(std::move(list));
  }
  return Json{{"member", proof.member}, {"leaves", proof.leaves}, {"siblings", std::move(siblings)}}.dump();
}

LiveProof read_live_proof(const JsonField& field) {
  JsonObject object(field);
  LiveProof proof;
  proof.member = object.at("member").truth();
  proof.leaves = object.at("leaves").count();
  proof.siblings = object.at("siblings").list([](const JsonField& level) { return level.list(read_sibling); });
  object.finish(kProofVersion);
  return proof;
}

}  // namespace expunge
