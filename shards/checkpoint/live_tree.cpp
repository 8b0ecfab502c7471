// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/checkpoint/live_tree.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <tuple>
#include <utility>

#include "framework/core/error.hpp"
#include "shards/checkpoint/live_tree_hash.hpp"

namespace expunge {

using live_tree::kLevels;
using live_tree::path_of;
using live_tree::slot_of;

namespace {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

struct Leaf {
  Digest reference;
  std::uint32_t next = kNone;  // with the same path, ascending
};

/// The hash of a subtree and where its content is. Below the first four levels nearly every subtree has one path: such
/// a node stands for the whole chain down to its leaf, so that there is about one node for each reference, not eight.
struct Node {
  Digest hash{};                  // unless stale
  std::uint32_t content = kNone;  // the first leaf where the node has one path, else the first child
  std::uint32_t next = kNone;     // of the same parent, slots ascending
  std::uint8_t slot = 0;
  bool one_path = false;
  bool stale = true;
};

/// A reference on its way into the tree.
struct Arrival {
  std::uint64_t path;
  const Digest* reference;
};

bool same_path(std::span<const Arrival> sorted) {
  return sorted.front().path == sorted.back().path;
}

}  // namespace

/// Nodes refer to each other by their places, since the vectors move as they grow.
struct LiveTree::State {
  std::vector<Node> nodes{Node{}};  // the first is the top, and never stands for a chain
  std::vector<Leaf> leaves;

  /// Adds `arrivals`, sorted, all of whose paths lead to `node` at `level`. Returns whether any is new.
  bool enter(std::uint32_t node, std::size_t level, std::span<const Arrival> arrivals) {
    if (nodes[node].one_path) {
      if (same_path(arrivals) && (nodes[node].content == kNone || arrivals.front().path == path_below(node)))
        return add_leaves(node, arrivals);
      branch(node, level);
    }
    bool changed = false;
    std::uint32_t before = kNone;
    std::uint32_t child = nodes[node].content;
    while (!arrivals.empty()) {
      const std::uint8_t slot = slot_of(arrivals.front().path, level);
      const auto rest =
          std::ranges::find_if(arrivals, [&](const Arrival& a) { return slot_of(a.path, level) != slot; });
      const auto group = arrivals.first(static_cast<std::size_t>(rest - arrivals.begin()));
      arrivals = arrivals.subspan(group.size());
      while (child != kNone && nodes[child].slot < slot) child = nodes[before = child].next;
      if (child == kNone || nodes[child].slot != slot) {
        child = add_node({.next = child, .slot = slot, .one_path = same_path(group)});
        (before == kNone ? nodes[node].content : nodes[before].next) = child;
      }
      changed |= enter(child, level + 1, group);
    }
    nodes[node].stale |= changed;
    return changed;
  }

  const Digest& hash(std::uint32_t place, std::size_t level) {
    Node& node = nodes[place];
    if (!node.stale) return node.hash;
    if (node.one_path) {
      node.hash = chain_hash(place, level);
    } else {
      live_tree::NodeHasher hasher;
      for (std::uint32_t child = node.content; child != kNone; child = nodes[child].next)
        hasher.add(nodes[child].slot, hash(child, level + 1));
      node.hash = hasher.finish();
    }
    node.stale = false;
    return node.hash;
  }

  /// The hash at `level` of the chain down to the leaves that `node` stands for.
  [[nodiscard]] Digest chain_hash(std::uint32_t node, std::size_t level) const {
    Digest hash = end_hash(node);
    const std::uint64_t path = path_below(node);
    for (std::size_t at = kLevels; at-- > level;) {
      live_tree::NodeHasher hasher;
      hasher.add(slot_of(path, at), hash);
      hash = hasher.finish();
    }
    return hash;
  }

  [[nodiscard]] std::uint64_t path_below(std::uint32_t node) const {
    return path_of(leaves[nodes[node].content].reference);
  }

  /// The leaves at a path's end, ascending.
  [[nodiscard]] std::vector<Digest> references_below(std::uint32_t node) const {
    std::vector<Digest> references;
    for (std::uint32_t leaf = nodes[node].content; leaf != kNone; leaf = leaves[leaf].next)
      references.push_back(leaves[leaf].reference);
    return references;
  }

  /// The node on whose chain `path` ends, or nothing.
  [[nodiscard]] std::optional<std::uint32_t> end_of(std::uint64_t path) const {
    std::uint32_t node = 0;
    for (std::size_t level = 0; !nodes[node].one_path; ++level) {
      node = child_at(node, slot_of(path, level));
      if (node == kNone) return std::nullopt;
    }
    return path_below(node) == path ? std::optional(node) : std::nullopt;
  }

  [[nodiscard]] std::uint32_t child_at(std::uint32_t node, std::uint8_t slot) const {
    std::uint32_t child = nodes[node].content;
    while (child != kNone && nodes[child].slot < slot) child = nodes[child].next;
    return child != kNone && nodes[child].slot == slot ? child : kNone;
  }

 private:
  std::uint32_t add_node(const Node& node) {
    nodes.push_back(node);
    return static_cast<std::uint32_t>(nodes.size() - 1);
  }

  /// Lets a node that stood for a chain branch at its level.
  void branch(std::uint32_t node, std::size_t level) {
    const Node chain{.content = nodes[node].content, .slot = slot_of(path_below(node), level), .one_path = true};
    const std::uint32_t child = add_node(chain);
    nodes[node].one_path = false;
    nodes[node].content = child;
  }

  bool add_leaves(std::uint32_t node, std::span<const Arrival> arrivals) {
    bool changed = false;
    std::uint32_t before = kNone;
    std::uint32_t leaf = nodes[node].content;
    for (const Arrival& arrival : arrivals) {
      while (leaf != kNone && leaves[leaf].reference < *arrival.reference) leaf = leaves[before = leaf].next;
      if (leaf != kNone && leaves[leaf].reference == *arrival.reference) continue;
      leaves.push_back({*arrival.reference, leaf});
      leaf = static_cast<std::uint32_t>(leaves.size() - 1);
      (before == kNone ? nodes[node].content : leaves[before].next) = leaf;
      changed = true;
    }
    nodes[node].stale |= changed;
    return changed;
  }

  /// Of a path's end: the leaf, or a node over several of them, numbered in ascending order.
  [[nodiscard]] Digest end_hash(std::uint32_t node) const {
    const Leaf& first = leaves[nodes[node].content];
    if (first.next == kNone) return live_tree::leaf_hash(first.reference);
    const std::vector<Digest> references = references_below(node);
    if (references.size() > live_tree::kMostSlots)
      throw Failure(
          fmt::format("{} references begin with the same 48 bits: a live tree has room for {} such, and keyed "
                      "digests of as many samples never do that",
                      references.size(), live_tree::kMostSlots));
    live_tree::NodeHasher hasher;
    std::uint8_t slot = 0;
    for (const auto& reference : references) hasher.add(slot++, live_tree::leaf_hash(reference));
    return hasher.finish();
  }
};

LiveTree::LiveTree() : state_(std::make_unique<State>()) {}
LiveTree::LiveTree(LiveTree&&) noexcept = default;
LiveTree& LiveTree::operator=(LiveTree&&) noexcept = default;
LiveTree::~LiveTree() = default;

void LiveTree::insert(std::span<const Digest> references) {
  // A reference makes two nodes at most, at the level where it leaves another's chain, and one at every level above.
  if (references.size() > kNone / (kLevels + 1) - state_->leaves.size())
    throw Failure(fmt::format("a live tree has no room for {} references", references.size()));
  std::vector<Arrival> arrivals;
  arrivals.reserve(references.size());
  for (const auto& reference : references) arrivals.push_back({path_of(reference), &reference});
  std::ranges::sort(arrivals, [](const Arrival& a, const Arrival& b) {
    return a.path != b.path ? a.path < b.path : *a.reference < *b.reference;
  });
  state_->enter(0, 0, arrivals);
}

bool LiveTree::contains(const Digest& reference) const {
  const auto end = state_->end_of(path_of(reference));
  if (!end) return false;
  const std::vector<Digest> there = state_->references_below(*end);
  return std::ranges::find(there, reference) != there.end();
}

std::uint64_t LiveTree::size() const {
  return state_->leaves.size();
}

Digest LiveTree::root() {
  return live_tree::root_hash(size(), size() == 0 ? Digest{} : state_->hash(0, 0));
}

LiveProof LiveTree::prove(const Digest& reference) {
  (void)root();  // every hash is fresh from here on
  const std::uint64_t path = path_of(reference);
  LiveProof proof;
  proof.leaves = size();
  std::uint32_t node = 0;
  std::size_t level = 0;
  for (; !state_->nodes[node].one_path; ++level) {
    const std::uint8_t own = slot_of(path, level);
    auto& siblings = proof.siblings.emplace_back();
    for (std::uint32_t child = state_->nodes[node].content; child != kNone; child = state_->nodes[child].next)
      if (const Node& beside = state_->nodes[child]; beside.slot != own) siblings.push_back({beside.slot, beside.hash});
    node = state_->child_at(node, own);
    if (node == kNone) return proof;
  }
  const std::uint64_t chain = state_->path_below(node);
  for (; level < kLevels; ++level) {
    auto& siblings = proof.siblings.emplace_back();
    const std::uint8_t slot = slot_of(chain, level);
    if (slot == slot_of(path, level)) continue;
    siblings.push_back({slot, state_->chain_hash(node, level + 1)});
    return proof;
  }
  const std::vector<Digest> there = state_->references_below(node);
  proof.member = std::ranges::find(there, reference) != there.end();
  if (!proof.member)
    throw Failure(fmt::format(
        "the absence of the reference {} can't be proven: another one begins with the same 48 bits", reference.hex()));
  if (there.size() == 1) return proof;
  auto& siblings = proof.siblings.emplace_back();
  std::uint8_t slot = 0;
  for (const auto& beside : there) {
    if (beside != reference) siblings.push_back({slot, live_tree::leaf_hash(beside)});
    ++slot;
  }
  return proof;
}

}  // namespace expunge
