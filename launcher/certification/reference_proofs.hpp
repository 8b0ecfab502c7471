// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "launcher/certification/exact_course.hpp"
#include "launcher/run/opened_run.hpp"
#include "shards/certificate/certificate.hpp"
#include "shards/journal/request_course.hpp"
#include "shards/partition/references.hpp"

namespace expunge {

/// The references of the samples that a request takes from one cell, by ids or as the journal keeps them.
[[nodiscard]] std::vector<Digest> sample_references(const CellDeletion& deletion, const References& references);

/// Of a request that was forgotten exactly, by the line that `exact` names: for up to 16 references of a request (fewer
/// where the run has more than 64 shards: 1024 proofs in all, but at least one reference) that each was in the root of
/// its shard before, and is in the root of no exact shard after. Subjects of whom nothing is left come first, then
/// samples, as they follow in the journal. Throws Failure where a state's tree can't be made again from this data.
[[nodiscard]] std::vector<ReferenceProof> reference_proofs(const RunRecords& records, const RunData& data,
                                                           const RequestCourse& course, const ExactCourse& exact,
                                                           const std::vector<CertifiedShard>& shards);

}  // namespace expunge
