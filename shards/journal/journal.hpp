// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "framework/core/digest.hpp"
#include "framework/core/ids.hpp"
#include "framework/io/file_system.hpp"
#include "framework/text/rfc3339.hpp"
#include "shards/partition/partitioner.hpp"
#include "shards/requests/request.hpp"

namespace expunge {

/// The samples that one request takes from one cell. Either ids or references are given, as the run's journal keeps
/// them.
struct CellDeletion {
  Cell cell;
  std::vector<IdRange> ids;        ///< ascending, disjoint, not adjacent; empty where references are kept
  std::vector<Digest> references;  ///< of the samples, ascending; empty where ids are kept
  std::vector<Digest> subjects;    ///< references of the subjects that these samples belong to, ascending
  [[nodiscard]] std::uint64_t samples() const;
  bool operator==(const CellDeletion&) const = default;
};

/// One request as the journal holds it.
struct AcceptedRequest {
  std::string id;
  std::string requested_by;  ///< as given; under `--journal-ids digest` its keyed digest
  Digest content;            ///< keyed; tells a repetition from a contradiction
  std::string received_at;   ///< RFC 3339, or empty
  std::string due_at;        ///< likewise
  std::string regulation;
  std::uint64_t requested = 0;       ///< samples it names, however often
  std::uint64_t already_absent = 0;  ///< of them, deleted before
  std::uint64_t unknown = 0;         ///< of them, not in the data (under `--unknown skip`)
  SetDigest removed;                 ///< what its samples take from the run's data fingerprint
  std::vector<CellDeletion> cells;   ///< what it deletes, by shard and slice; empty: nothing was left to delete
  [[nodiscard]] std::uint64_t deleted() const;
  bool operator==(const AcceptedRequest&) const = default;
};

/// A file that saw a deleted sample, and so has to go.
struct SupersededFile {
  ShardId shard;
  SliceId stage;
  std::string name;
  Digest digest;     ///< of its bytes
  Digest model;      ///< model_digest of the state in it; zero for a progress file
  Digest live_root;  ///< of its provenance; zero for a progress file
  bool operator==(const SupersededFile&) const = default;
};

/// The fate of a file that saw deleted samples and stays, since an approximation is made of it.
inline constexpr std::string_view kKeptFate = "kept (approximate)";

/// What became of a superseded file.
struct FileFate {
  ShardId shard;
  std::string name;
  Digest digest;
  std::string fate;  ///< "erased"; "not erased: 2 hard links"; "absent": it was gone when its turn came; `kKeptFate`
  bool operator==(const FileFate&) const = default;
};

/// One shard's last state: what it serves.
struct ServedState {
  ShardId shard;
  std::uint32_t stages = 0;  ///< stages published; 0: none, model and root are zero
  Digest model;
  Digest live_root;
  bool operator==(const ServedState&) const = default;
};

// The kinds of line. A batch is what one request file, or one window of a policy, was accepted as: whole, by one line.

/// `accepted`: from here on these samples are to be forgotten, and shards that saw them don't vote until they are.
struct BatchAccepted {
  std::uint64_t batch = 0;  ///< 1, 2, …
  std::string method = "exact";
  std::vector<AcceptedRequest> requests;
  std::vector<ServedState> before;         ///< every shard's state when it was accepted
  std::vector<SupersededFile> supersedes;  ///< by shard and stage
  bool operator==(const BatchAccepted&) const = default;
};

/// `forgotten`: the shards were rolled back to states that never saw the samples; nothing has been retrained.
struct BatchForgotten {
  std::vector<std::uint64_t> batches;
  std::vector<ServedState> after;  ///< of the shards that were rolled back
  std::vector<FileFate> files;     ///< what became of what saw the samples
  double seconds = 0;              ///< from the end of accepting
  bool operator==(const BatchForgotten&) const = default;
};

/// `retrained`: the new generation is complete on disk.
struct BatchRetrained {
  std::vector<std::uint64_t> batches;
  std::vector<ServedState> after;                         ///< of the shards that were retrained
  std::vector<std::pair<ShardId, SliceId>> first_stages;  ///< of each of them
  std::uint64_t stages = 0;
  std::uint64_t sample_gradients = 0;
  double seconds = 0;
  bool operator==(const BatchRetrained&) const = default;
};

/// `published`: the new generation is the one that votes.
struct BatchPublished {
  std::vector<std::uint64_t> batches;
  std::vector<ServedState> after;  ///< of every shard
  bool operator==(const BatchPublished&) const = default;
};

/// `erased`: every superseded file was unlinked, and the folders synced.
struct BatchErased {
  std::vector<std::uint64_t> batches;
  std::vector<FileFate> files;
  bool operator==(const BatchErased&) const = default;
};

/// `completed`: nothing is left to do for these batches.
struct BatchCompleted {
  std::vector<std::uint64_t> batches;
  bool operator==(const BatchCompleted&) const = default;
};

using JournalEntry =
    std::variant<BatchAccepted, BatchForgotten, BatchRetrained, BatchPublished, BatchErased, BatchCompleted>;

/// One line: an entry with its place in the chain.
struct JournalLine {
  std::uint64_t number = 0;  ///< from 1
  Moment at;                 ///< when it was written
  Digest previous;           ///< hash of the line before; zero for the first
  Digest hash;               ///< of this line's bytes (without the hash itself) and so of all before it
  JournalEntry entry;
  bool operator==(const JournalLine&) const = default;
};

/// "accepted", "forgotten", "retrained", "published", "erased", "completed".
[[nodiscard]] std::string_view state_name(const JournalEntry& entry);

/// `journal.jsonl`: append-only JSON lines, each with the hash of the one before. The manifest names length and head; a
/// line counts once it does, so what an interrupted job appended beyond that was never promised to anyone, and is cut
/// off by the next append. JOURNAL.md is the specification.
class Journal {
 public:
  /// An empty one.
  Journal() = default;
  /// Reads the first `length` lines and checks the chain up to `head`. Throws Failure naming the file and the first
  /// line that was altered, cut, exchanged or is missing.
  [[nodiscard]] static Journal read(const std::filesystem::path& path, std::uint64_t length, const Digest& head);

  [[nodiscard]] const std::vector<JournalLine>& lines() const { return lines_; }
  [[nodiscard]] std::uint64_t length() const { return lines_.size(); }
  /// Hash of the last line; zero where there is none.
  [[nodiscard]] Digest head() const;
  /// Bytes of the lines that count, and of what lies behind them in the file that was read.
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] std::uint64_t bytes_beyond() const { return bytes_beyond_; }

  /// Appends entries in one write, fsynced (the folder too, where the file is new). The caller then publishes the
  /// manifest with the new length and head. Throws what `FileSystem::append` throws; the object is then as it was.
  void append(FileSystem& files, const std::filesystem::path& path, std::vector<JournalEntry> entries, Moment at);

 private:
  std::vector<JournalLine> lines_;
  std::uint64_t bytes_ = 0;
  std::uint64_t bytes_beyond_ = 0;
};

}  // namespace expunge
