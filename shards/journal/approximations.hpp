// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "framework/core/ids.hpp"
#include "shards/journal/journal.hpp"

namespace expunge {

/// Whether a batch of this method leaves every shard that it works on exact: "exact" or "heal".
[[nodiscard]] bool is_exact_method(std::string_view method);

/// Where a shard became exact again: by a rollback only while its batch is not published.
struct ExactSince {
  std::size_t line = 0;     ///< of the journal, by index: "published" or "forgotten"
  std::uint64_t batch = 0;  ///< whose pass it was
  bool operator==(const ExactSince&) const = default;
};

/// How exactly a run's batches were carried out, shard by shard, by its journal alone. A shard that a pass works on is
/// exact afterwards where one of the pass's batches that touch it is exact, or heals it; else it may be approximate by
/// all that touched it since it was exact. Rolled back, it is exact. A method may come to an exact state all the same:
/// that the shard's record says, and no journal.
class Approximations {
 public:
  explicit Approximations(const Journal& journal) : Approximations(journal, journal.lines().size()) {}
  /// By the first lines alone, so many of them.
  Approximations(const Journal& journal, std::size_t lines);

  [[nodiscard]] std::uint64_t batches() const { return batches_.size(); }
  /// What a batch was accepted to be forgotten by. `batch` is 1 … batches().
  [[nodiscard]] const std::string& method(std::uint64_t batch) const { return batches_.at(batch - 1).method; }
  [[nodiscard]] bool touches(std::uint64_t batch, ShardId shard) const;

  /// Batches that a shard may be approximate by, ascending: those since it was exact, and pending ones of such a
  /// method.
  [[nodiscard]] std::vector<std::uint64_t> of(ShardId shard) const;
  /// Whether a shard may serve an approximation: pending batches are none yet.
  [[nodiscard]] bool may_serve_approximation(ShardId shard) const { return open_.contains(shard); }
  /// Whether a batch of `of` is pending.
  [[nodiscard]] bool is_under_way(ShardId shard) const;
  /// Since when a shard is exact again, after a batch that touches it; nothing where the journal does not show it.
  [[nodiscard]] std::optional<ExactSince> exact_since(std::uint64_t batch, ShardId shard) const;

 private:
  struct Batch {
    std::string method;
    std::set<ShardId> touched;
  };

  void serve(const std::vector<ServedState>& states);
  void forget(std::size_t line, const BatchForgotten& entry);
  void publish(std::size_t line, const BatchPublished& entry);
  void make_exact(ShardId shard, ExactSince since);
  [[nodiscard]] std::set<ShardId> touched_by(const std::vector<std::uint64_t>& batches) const;

  std::vector<Batch> batches_;
  std::set<std::uint64_t> published_;
  std::set<std::size_t> rollbacks_;  // lines
  std::map<ShardId, Digest> served_;
  std::map<ShardId, std::set<std::uint64_t>> open_;  // carried out approximately since the shard was exact
  std::map<std::pair<std::uint64_t, ShardId>, ExactSince> exact_;
};

}  // namespace expunge
