// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/certification/reference_proofs.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "launcher/certification/past_trees.hpp"

namespace expunge {

namespace {

std::size_t most_proofs(std::size_t shards) {
  constexpr std::size_t kMostInAll = 1024;
  return std::clamp<std::size_t>(kMostInAll / std::max<std::size_t>(shards, 1), 1, kMostProofs);
}

/// What could be proved, in the order of preference.
std::vector<ReferenceProof> candidates(const AcceptedRequest& request, const References& references, std::size_t most) {
  std::vector<ReferenceProof> subjects;
  std::vector<ReferenceProof> samples;
  for (const auto& cell : request.cells) {
    for (const auto& subject : cell.subjects)
      subjects.push_back({.reference = subject, .kind = ReferenceKind::kSubject, .cell = cell.cell});
    if (samples.size() >= most) continue;
    for (const auto& sample : sample_references(cell, references))
      if (samples.size() < most)
        samples.push_back({.reference = sample, .kind = ReferenceKind::kSample, .cell = cell.cell});
  }
  subjects.insert(subjects.end(), samples.begin(), samples.end());
  return subjects;
}

}  // namespace

std::vector<Digest> sample_references(const CellDeletion& deletion, const References& references) {
  std::vector<Digest> all = deletion.references;
  for (const auto& range : deletion.ids)
    for (std::uint64_t id = range.first; id < range.end; ++id) all.push_back(references.of_sample(SampleId(id)));
  return all;
}

std::vector<ReferenceProof> reference_proofs(const RunRecords& records, const RunData& data,
                                             const RequestCourse& course, const ExactCourse& exact,
                                             const std::vector<CertifiedShard>& shards) {
  const PastTrees trees(records, data);
  const auto respected_then = respected_after(records.journal, course.accepted);
  const auto respected_now = respected_after(records.journal, exact.line);
  const std::size_t most = most_proofs(shards.size());
  auto proofs = candidates(*course.request, References(records.manifest.seed), most);

  // A subject of whom samples are left stays where it is, in the states to come if not in this one.
  std::map<Cell, std::set<Digest>> still_there;
  for (const auto& proof : proofs) {
    if (proof.kind != ReferenceKind::kSubject || still_there.contains(proof.cell)) continue;
    const auto left = trees.references_of(proof.cell, respected_now);
    still_there[proof.cell] = {left.begin(), left.end()};
  }
  std::erase_if(proofs, [&](const ReferenceProof& proof) {
    return proof.kind == ReferenceKind::kSubject && still_there.at(proof.cell).contains(proof.reference);
  });
  if (proofs.size() > most) proofs.resize(most);

  for (const auto& shard : shards) {
    if (shard.touched && shard.before.stages > 0) {
      LiveTree before = trees.tree_of(shard.before, respected_then);
      for (auto& proof : proofs)
        if (proof.cell.shard == shard.before.shard) proof.before = before.prove(proof.reference);
    }
    if (shard.after.stages == 0 || shard.approximate) {
      for (auto& proof : proofs) proof.after.emplace_back();
      continue;
    }
    LiveTree after = trees.tree_of(shard.after, respected_now);
    for (auto& proof : proofs) proof.after.emplace_back(after.prove(proof.reference));
  }
  return proofs;
}

}  // namespace expunge
