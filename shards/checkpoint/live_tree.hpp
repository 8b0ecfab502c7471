// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "framework/core/digest.hpp"
#include "shards/checkpoint/live_proof.hpp"

namespace expunge {

/// How a live root is built; certificates name it, so that old ones stay checkable. FORMAT.md is the specification.
inline constexpr std::string_view kLiveTreeScheme = "expunge-sparse-merkle-v1";

/// A sparse Merkle tree over references (keyed digests, see `References`): the first 48 bits of a reference are its
/// path from the root, four levels of 4 bits and four of 8; absence is an empty slot on that path. A leaf is hashed
/// with domain 0x00, an inner node with 0x01 (RFC 6962 section 2.1), and the root binds the number of leaves.
///
/// Grows by insertion and hashes only what has changed since the last `root`, so the roots of a shard's stages together
/// cost little more than the last one's alone. Equal sets have equal roots, in whatever order they were built.
class LiveTree {
 public:
  LiveTree();
  LiveTree(LiveTree&&) noexcept;
  LiveTree& operator=(LiveTree&&) noexcept;
  ~LiveTree();

  /// Adds references; one that is there already changes nothing.
  void insert(std::span<const Digest> references);
  [[nodiscard]] bool contains(const Digest& reference) const;
  [[nodiscard]] std::uint64_t size() const;
  /// Of no references: the digest of an empty tree, not zero. Throws Failure where more than 256 references share a
  /// whole path, which keyed digests never do.
  [[nodiscard]] Digest root();
  /// Of membership where the reference is there, else of absence. Throws Failure in the one case in which absence has
  /// no proof: another reference shares the whole path (probability about size · 2^-48).
  [[nodiscard]] LiveProof prove(const Digest& reference);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace expunge
