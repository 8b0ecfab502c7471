// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "shards/certificate/certificate.hpp"
#include "shards/certificate/signing_key.hpp"
#include "shards/partition/references.hpp"
#include "tests/support/small_slice.hpp"

namespace expunge::testing {

[[nodiscard]] inline SigningKey certificate_key() {
  return SigningKey(Digest::from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60").bytes);
}

/// Two shards of two slices. Shard 0 holds samples 1, 2, 3; shard 1 holds 40, 50, 51 and, in slice 2, all that subject
/// "ada" had: 7001 and 7002, which request "r-1" deleted.
struct SmallDeletion {
  References references{Key({7, 8})};

  [[nodiscard]] std::vector<Digest> samples(const std::vector<std::uint64_t>& ids) const {
    std::vector<Digest> all;
    all.reserve(ids.size());
    for (const auto id : ids) all.push_back(references.of_sample(SampleId(id)));
    return all;
  }
  [[nodiscard]] static LiveTree tree(const std::vector<Digest>& references) {
    LiveTree tree;
    tree.insert(references);
    return tree;
  }
  [[nodiscard]] LiveTree tree_of_shard_0() const { return tree(samples({1, 2, 3})); }
  [[nodiscard]] LiveTree tree_before() const {
    LiveTree before = tree(samples({40, 50, 51, 7001, 7002}));
    before.insert(std::vector{references.of_subject("ada")});
    return before;
  }
  [[nodiscard]] LiveTree tree_after() const { return tree(samples({40, 50, 51})); }

  [[nodiscard]] static Moment at(int minute) {
    return Moment(std::chrono::sys_days(std::chrono::year(2026) / 3 / 1)) + std::chrono::hours(9) +
           std::chrono::minutes(minute);
  }
  [[nodiscard]] static JournalPlace line(std::uint64_t number) {
    return {.number = number,
            .hash = digest_filled_with(0x40 + static_cast<unsigned>(number)),
            .at = at(static_cast<int>(number))};
  }

  [[nodiscard]] ReferenceProof proof_of(const Digest& reference, ReferenceKind kind) const {
    LiveTree shard_0 = tree_of_shard_0();
    LiveTree before = tree_before();
    LiveTree after = tree_after();
    ReferenceProof proof{.reference = reference, .kind = kind, .cell = {ShardId(1), SliceId(2)}};
    proof.before = before.prove(reference);
    proof.after = {shard_0.prove(reference), after.prove(reference)};
    return proof;
  }

  /// What a run would state once all is done.
  [[nodiscard]] Certificate certificate() const {
    Certificate c;
    c.issued_at = at(30);
    c.request = {.id = "r-1",
                 .requester = digest_filled_with(0x11).hex(),
                 .content = digest_filled_with(0x12),
                 .regulation = "GDPR",
                 .received_at = "2026-02-28T10:00:00Z",
                 .due_at = "2026-03-28T10:00:00Z",
                 .accepted_at = at(1),
                 .completed_at = at(5),
                 .met_deadline = true};
    c.deletion.requested = 3;
    c.deletion.deleted = 2;
    c.deletion.already_absent = 1;
    c.deletion.cells = {{{ShardId(1), SliceId(2)}, 2}};
    c.deletion.references = 2;
    c.deletion.listed = samples({7001, 7002});
    std::ranges::sort(c.deletion.listed);
    c.deletion.references_digest = references_digest(c.deletion.listed);
    c.recovered = true;
    const ServedState shard_0{ShardId(0), 2, digest_filled_with(0x20), tree_of_shard_0().root()};
    c.shards = {{.before = shard_0, .after = shard_0},
                {.before = {ShardId(1), 2, digest_filled_with(0x21), tree_before().root()},
                 .after = {ShardId(1), 2, digest_filled_with(0x22), tree_after().root()},
                 .touched = true,
                 .first_retrained = SliceId(2)}};
    c.superseded = {{.file = {ShardId(1), SliceId(2), "slice-02-2121.h5", digest_filled_with(0x31),
                              digest_filled_with(0x21), tree_before().root()},
                     .fate = "erased"}};
    c.verification = {.result = "equal",
                      .at = "2026-03-01T09:20:00Z",
                      .scope = "4 of 4 stages in 2 of 2 shards",
                      .journal_length = 5};
    c.program = {.version = "0.1.0",
                 .git = "unknown",
                 .numeric_version = 1,
                 .numerics = digest_filled_with(0x50),
                 .configuration = digest_filled_with(0x51),
                 .short_seed = false};
    c.journal.batch = 1;
    c.journal.together = {1};
    c.journal.accepted = line(1);
    c.journal.published = line(3);
    c.journal.erased = line(4);
    c.journal.completed = line(5);
    c.journal.length = 5;
    c.journal.head = line(5).hash;
    c.proofs = {proof_of(references.of_subject("ada"), ReferenceKind::kSubject),
                proof_of(references.of_sample(SampleId(7001)), ReferenceKind::kSample),
                proof_of(references.of_sample(SampleId(7002)), ReferenceKind::kSample)};
    return c;
  }

  /// The same when the shard was rolled back to stage 1 and not yet retrained.
  [[nodiscard]] Certificate forgotten() const {
    Certificate c = certificate();
    c.recovered = false;
    c.shards[1].after.stages = 1;
    c.shards[1].first_retrained.reset();
    c.journal.forgotten = line(2);
    c.journal.published.reset();
    c.journal.erased.reset();
    c.journal.completed.reset();
    c.journal.length = 2;
    c.journal.head = line(2).hash;
    c.request.completed_at.reset();
    c.request.met_deadline.reset();
    c.verification = {};
    return c;
  }
};

}  // namespace expunge::testing
