// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/core/digest.hpp"
#include "framework/core/ids.hpp"
#include "framework/text/rfc3339.hpp"
#include "shards/checkpoint/live_tree.hpp"
#include "shards/journal/journal.hpp"
#include "shards/partition/partitioner.hpp"

namespace expunge {

/// The types that a statement names.
inline constexpr std::string_view kStatementType = "https://in-toto.io/Statement/v1";
inline constexpr std::string_view kPredicateType = "urn:expunge:deletion:v1";
/// Of what version 1 has no words for: approximate shards, methods that are not exact, healing.
inline constexpr std::string_view kPredicateType2 = "urn:expunge:deletion:v2";

/// References beyond this number are given by their count and digest alone.
inline constexpr std::uint64_t kMostListedReferences = 1000;
/// At most this many references have proofs in a certificate.
inline constexpr std::size_t kMostProofs = 16;

/// The request, as the run's journal holds it.
struct CertifiedRequest {
  std::string id;
  std::string requester;    ///< keyed digest of who requested it, 64 hexadecimal digits; empty: nobody was named
  Digest content;           ///< keyed
  std::string regulation;   ///< may be empty
  std::string received_at;  ///< RFC 3339, or empty
  std::string due_at;       ///< likewise
  Moment accepted_at;
  std::optional<Moment> completed_at;
  std::optional<bool> met_deadline;  ///< nothing where there is no due time, or it is still ahead
  bool operator==(const CertifiedRequest&) const = default;
};

/// What the request took, in numbers.
struct CertifiedCell {
  Cell cell;
  std::uint64_t samples = 0;
  bool operator==(const CertifiedCell&) const = default;
};
struct CertifiedDeletion {
  std::uint64_t requested = 0;
  std::uint64_t deleted = 0;
  std::uint64_t already_absent = 0;
  std::uint64_t unknown = 0;
  std::vector<CertifiedCell> cells;  ///< ascending
  std::uint64_t references = 0;      ///< of the samples deleted: as many
  Digest references_digest;          ///< `references_digest` over them
  std::vector<Digest> listed;        ///< they themselves, ascending; empty where there are more than can be listed
  bool operator==(const CertifiedDeletion&) const = default;
};

/// One shard before the request was accepted, and after it was worked off.
struct CertifiedShard {
  ServedState before;
  ServedState after;
  bool touched = false;                      ///< by this request
  std::optional<SliceId> first_retrained{};  ///< the first stage that was trained again, in the same pass
  bool approximate = false;                  ///< `after` is, or may be, no state that training gives (version 2)
  bool operator==(const CertifiedShard&) const = default;
};

struct CertifiedFile {
  SupersededFile file;
  std::string fate;  ///< as in the journal; "not yet erased" where it does not say
  /// Whether an approximate shard needs it on. It may tell of the samples.
  [[nodiscard]] bool is_kept() const { return fate == kKeptFate; }
  bool operator==(const CertifiedFile&) const = default;
};

/// What the last verification of the run found.
struct CertifiedVerification {
  /// "equal", "refuted", "not comparable", "not verified"; in version 2 "approximate" too
  std::string result = "not verified";
  std::string at;                    ///< when, RFC 3339; empty where not verified
  std::string scope;                 ///< what was looked at, in words; empty where not verified
  std::uint64_t journal_length = 0;  ///< lines of the journal that it knew
  bool operator==(const CertifiedVerification&) const = default;
};

struct CertifiedProgram {
  std::string version;
  std::string git;
  std::uint64_t numeric_version = 0;
  Digest numerics;          ///< digest of the run's numeric fingerprint
  Digest configuration;     ///< digest of the run's configuration
  bool short_seed = false;  ///< references can be guessed by trying seeds
  bool operator==(const CertifiedProgram&) const = default;
};

/// A line of the journal.
struct JournalPlace {
  std::uint64_t number = 0;
  Digest hash;
  Moment at;
  bool operator==(const JournalPlace&) const = default;
};
struct CertifiedJournal {
  std::uint64_t batch = 0;
  std::vector<std::uint64_t> together;  ///< the batches that were worked off in one pass with it, itself too
  JournalPlace accepted;
  std::optional<JournalPlace> forgotten;
  std::optional<JournalPlace> published;
  std::optional<JournalPlace> erased;
  std::optional<JournalPlace> completed;
  std::uint64_t length = 0;  ///< when the certificate was issued
  Digest head;
  bool operator==(const CertifiedJournal&) const = default;
};

/// That what was forgotten approximately at first, was forgotten exactly later.
struct CertifiedHealing {
  std::string from;                    ///< the method that it was forgotten by before
  std::vector<std::uint64_t> batches;  ///< that retrained or rolled back the shards, ascending
  JournalPlace line;                   ///< since when all of them are exact
  bool operator==(const CertifiedHealing&) const = default;
};

enum class ReferenceKind : std::uint8_t { kSample, kSubject };

/// That a reference was there before and is nowhere after.
struct ReferenceProof {
  Digest reference;
  ReferenceKind kind = ReferenceKind::kSample;
  Cell cell;
  std::optional<LiveProof> before{};  ///< in its shard's root; nothing where the shard had no state
  /// In every shard's root, in order; nothing where it has no state, or an approximate one.
  std::vector<std::optional<LiveProof>> after{};
  bool operator==(const ReferenceProof&) const = default;
};

/// All that a certificate of deletion states. CERTIFICATE.md is the specification.
struct Certificate {
  Moment issued_at;
  CertifiedRequest request;
  CertifiedDeletion deletion;
  std::string guarantee = "exact";  ///< "exact", "heuristic", "none"
  std::string method = "exact";     ///< SPEC; what healed it where it is healed
  std::optional<CertifiedHealing> healed;
  bool recovered = false;              ///< the shards have been retrained; else only rolled back
  std::vector<CertifiedShard> shards;  ///< every shard, in order
  std::string live_root_scheme{kLiveTreeScheme};
  std::vector<CertifiedFile> superseded;
  CertifiedVerification verification;
  CertifiedProgram program;
  CertifiedJournal journal;
  std::vector<ReferenceProof> proofs;
  std::string proofs_left_out;  ///< why there are none or fewer; empty: as many as a certificate holds
  /// 1 or 2: the first that has words for what it states.
  [[nodiscard]] int version() const;
  bool operator==(const Certificate&) const = default;
};

/// BLAKE2b over references in ascending order and their number.
[[nodiscard]] Digest references_digest(const std::vector<Digest>& ascending);

/// The in-toto statement, compact JSON: the payload of the certificate's envelope. Equal certificates give equal bytes.
[[nodiscard]] std::string statement_text(const Certificate& certificate);
/// The inverse. Throws Failure naming the field where it is no statement of these types, a field is missing or
/// malformed, or the text is not byte for byte what `statement_text` gives.
[[nodiscard]] Certificate parse_statement(std::string_view text);

/// The name of a shard in a statement: "shards/0003".
[[nodiscard]] std::string shard_name(ShardId shard);

}  // namespace expunge
