// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "shards/journal/journal.hpp"
#include "tests/support/small_slice.hpp"

namespace expunge::testing {

inline constexpr Moment kFirstOfMarch{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};

inline ServedState served(std::uint32_t shard, std::uint32_t stages, unsigned byte) {
  return {ShardId(shard), stages, digest_filled_with(byte), digest_filled_with(byte + 1)};
}

/// A batch with every field set: ids of two cells, a subject, and in a text what JSON escapes.
inline BatchAccepted small_batch() {
  BatchAccepted batch;
  batch.batch = 1;
  AcceptedRequest request;
  request.id = "r-1";
  request.requested_by = "Zoë \"Z\"\n";
  request.content = digest_filled_with(0x11);
  request.received_at = "2026-03-01T09:30:00Z";
  request.due_at = "2026-04-01";
  request.regulation = "GDPR";
  request.requested = 7;
  request.already_absent = 1;
  request.unknown = 2;
  request.removed = SetDigest::from_hex(digest_filled_with(0x12).hex());
  request.cells = {{{ShardId(0), SliceId(2)}, {{5, 6}, {17, 19}}, {}, {}},
                   {{ShardId(1), SliceId(1)}, {{40001, 40002}}, {}, {digest_filled_with(0x13)}}};
  batch.requests.push_back(std::move(request));
  AcceptedRequest nothing_left;
  nothing_left.id = "r-2";
  nothing_left.content = digest_filled_with(0x14);
  nothing_left.requested = 1;
  nothing_left.already_absent = 1;
  batch.requests.push_back(std::move(nothing_left));
  batch.before = {served(0, 4, 0x21), served(1, 4, 0x23)};
  batch.supersedes = {{ShardId(0), SliceId(2), "slice-02-3131313131313131.h5", digest_filled_with(0x31),
                       digest_filled_with(0x32), digest_filled_with(0x33)},
                      {ShardId(1), SliceId(3), "stage-03-progress.h5", digest_filled_with(0x34), {}, {}}};
  return batch;
}

/// A second batch, as a journal holds it that keeps references.
inline BatchAccepted small_referenced_batch() {
  BatchAccepted batch;
  batch.batch = 2;
  AcceptedRequest request;
  request.id = "r-3";
  request.requested_by = digest_filled_with(0x41).hex();
  request.content = digest_filled_with(0x42);
  request.requested = 2;
  request.removed = SetDigest::from_hex(digest_filled_with(0x43).hex());
  request.cells = {
      {{ShardId(1), SliceId(4)}, {}, {digest_filled_with(0x44), digest_filled_with(0x45)}, {digest_filled_with(0x46)}}};
  batch.requests.push_back(std::move(request));
  batch.before = {served(0, 4, 0x51), {ShardId(1), 0, {}, {}}};
  return batch;
}

/// One entry of every kind, and both kinds of batch, in an order that a run can have.
inline std::vector<JournalEntry> all_kinds() {
  BatchForgotten forgotten{{1},
                           {served(0, 1, 0x61), {ShardId(1), 0, {}, {}}},
                           {{ShardId(0), "slice-03-3131313131313131.h5", digest_filled_with(0x32), "erased"}},
                           0.25};
  BatchRetrained retrained{
      {1, 2}, {served(0, 4, 0x63), served(1, 4, 0x65)}, {{ShardId(0), SliceId(2)}, {ShardId(1), SliceId(1)}}, 7, 12345,
      8};
  BatchErased erased{{1, 2},
                     {{ShardId(0), "slice-02-3131313131313131.h5", digest_filled_with(0x31), "erased"},
                      {ShardId(1), "stage-03-progress.h5", digest_filled_with(0x34), "not erased: 2 hard links"}}};
  return {small_batch(),
          forgotten,
          small_referenced_batch(),
          retrained,
          BatchPublished{{1, 2}, {served(0, 4, 0x63), served(1, 4, 0x65)}},
          erased,
          BatchCompleted{{1, 2}}};
}

}  // namespace expunge::testing
