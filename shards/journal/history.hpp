// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "framework/data/dataset.hpp"
#include "shards/checkpoint/shard_record.hpp"
#include "shards/journal/journal.hpp"
#include "shards/partition/references.hpp"

namespace expunge {

/// How far a batch has come.
enum class BatchState : std::uint8_t { kAccepted, kForgotten, kRetrained, kPublished, kErased, kCompleted };

/// What a journal means: who is deleted, and what is still to be done. Memory is linear in the requests.
class History {
 public:
  /// Throws Failure naming the sample where a journal deletes one twice: no job writes that.
  History(const Journal& journal, const Key& seed);

  [[nodiscard]] bool is_deleted(SampleId id) const;
  /// Whether samples of the subject with this reference were deleted.
  [[nodiscard]] bool is_deleted_subject(const Digest& reference) const;
  /// Samples deleted, in all and from one cell.
  [[nodiscard]] std::uint64_t deleted() const { return deleted_; }
  [[nodiscard]] std::uint64_t deleted_from(Cell cell) const;
  /// What they take from the data fingerprint.
  [[nodiscard]] const SetDigest& removed() const { return removed_; }

  [[nodiscard]] std::uint64_t batches() const { return states_.size(); }
  /// `batch` is 1 … batches().
  [[nodiscard]] BatchState state(std::uint64_t batch) const { return states_.at(batch - 1); }
  /// Batches that are not completed, ascending.
  [[nodiscard]] std::vector<std::uint64_t> pending() const;

  /// The earliest slice of a shard that batches numbered above `through` take samples from; nothing where they take
  /// none.
  [[nodiscard]] std::optional<SliceId> first_touched(ShardId shard, std::uint64_t through) const;
  /// Whether a generation has seen a sample that is deleted by now: it must not vote. An approximate one is not stale
  /// for the samples of batches that it respects, which were forgotten approximately.
  [[nodiscard]] bool is_stale(const ShardRecord& record) const;
  /// Whether a stale generation is older than a deletion that was carried out in its shard: somebody put an old copy
  /// back, and no pending batch will mend it.
  [[nodiscard]] bool is_put_back(const ShardRecord& record) const;
  /// Exact stages of a generation that never saw a deleted sample: 0 … all.
  [[nodiscard]] std::uint32_t untainted_stages(const ShardRecord& record) const;

  /// The request that a requester has named so before; nothing where none has.
  [[nodiscard]] const AcceptedRequest* find(const std::string& id, const std::string& requested_by) const;
  /// What a journal that keeps references calls a requester: a keyed digest; nobody stays nobody.
  [[nodiscard]] std::string requester_reference(const std::string& requested_by) const;

 private:
  struct Touch {
    std::uint64_t batch = 0;
    SliceId slice;  // the earliest that this batch or a later one touches
  };
  /// References are keyed digests: any 8 bytes of one are as good a hash as any.
  struct HashOfReference {
    std::size_t operator()(const Digest& reference) const noexcept;
  };
  using ReferenceSet = std::unordered_set<Digest, HashOfReference>;

  void accept(const BatchAccepted& batch);
  void sort_ids();
  void sort_touches();

  References references_;
  Key requester_key_;
  std::vector<IdRange> ids_;  // ascending, disjoint
  ReferenceSet digests_;
  ReferenceSet subjects_;
  std::uint64_t deleted_ = 0;
  SetDigest removed_;
  std::map<Cell, std::uint64_t> deleted_from_;
  std::vector<BatchState> states_;
  std::map<ShardId, std::vector<Touch>> touched_;
  std::map<std::pair<std::string, std::string>, AcceptedRequest> requests_;
};

}  // namespace expunge
