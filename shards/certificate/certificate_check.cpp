// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/certificate/certificate_check.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>

#include "framework/core/error.hpp"
#include "shards/certificate/envelope.hpp"
#include "shards/journal/approximations.hpp"
#include "shards/requests/due_date.hpp"

namespace expunge {

namespace {

/// Collects what is wrong with one certificate.
class Inspector {
 public:
  explicit Inspector(const Certificate& certificate) : c_(certificate) {
    for (const auto& cell : c_.deletion.cells)
      first_slice_.try_emplace(cell.cell.shard, cell.cell.slice);  // cells ascend
  }

  std::vector<std::string> findings() {
    check_counts();
    check_shards();
    check_files();
    check_journal();
    check_times();
    check_words();
    check_proofs();
    return std::move(findings_);
  }

 private:
  template <class... Args>
  void expect(bool holds, fmt::format_string<Args...> format, Args&&... args) {
    if (!holds) findings_.push_back(fmt::format(format, std::forward<Args>(args)...));
  }

  void check_counts() {
    const auto& d = c_.deletion;
    std::uint64_t samples = 0;
    for (std::size_t i = 0; i < d.cells.size(); ++i) {
      const auto& [cell, count] = d.cells[i];
      samples += count;
      expect(count > 0 && cell.slice.value() > 0, "deleted.cells[{}] holds nothing", i);
      expect(i == 0 || d.cells[i - 1].cell < cell, "deleted.cells do not ascend at {}", i);
      expect(cell.shard.value() < c_.shards.size(), "deleted.cells[{}] lies in shard {}, and the run has {}", i,
             cell.shard.value(), c_.shards.size());
    }
    expect(samples == d.deleted, "{} samples were deleted, and their cells hold {}", d.deleted, samples);
    expect(d.deleted <= d.requested, "{} samples were deleted of {} requested", d.deleted, d.requested);
    expect(d.references == d.deleted, "{} samples were deleted, and {} references given", d.deleted, d.references);
    if (d.references > kMostListedReferences) return;
    expect(d.listed.size() == d.references, "{} references are counted, and {} listed", d.references, d.listed.size());
    expect(std::ranges::adjacent_find(d.listed, std::greater_equal<>()) == d.listed.end(),
           "the listed references do not ascend");
    expect(references_digest(d.listed) == d.references_digest, "the references' digest is not that of those listed");
  }

  void check_state(const ServedState& state, std::string_view when) {
    const bool has_model = !state.model.is_zero();
    const bool has_root = !state.live_root.is_zero();
    expect((state.stages > 0) == has_model && has_model == has_root,
           "shard {} {}: {} stages do not go with its model and live root", state.shard.value(), when, state.stages);
  }

  void check_shards() {
    expect(!c_.shards.empty(), "no shard is listed");
    for (std::size_t k = 0; k < c_.shards.size(); ++k) {
      const auto& [before, after, touched, first_retrained, approximate] = c_.shards[k];
      expect(after.shard.value() == k, "shards[{}] is shard {}: every shard has to be listed, in order", k,
             after.shard.value());
      check_state(before, "before");
      check_state(after, "after");
      expect(!approximate || after.stages > 0, "shard {} has no model after, and is said to be approximate", k);
      expect(!first_retrained || c_.recovered, "shard {} was retrained, and nothing has been recovered", k);
      const auto first = first_slice_.find(ShardId(static_cast<std::uint32_t>(k)));
      expect(touched == (first != first_slice_.end()), "shard {} is {}touched, and samples were {}deleted from it", k,
             touched ? "" : "not ", touched ? "not " : "");
      if (first == first_slice_.end()) continue;
      const auto slice = first->second.value();
      // What healed it may have kept stages that were trained without the samples before.
      expect(c_.recovered || c_.healed || after.stages < slice,
             "shard {} was rolled back to {} stages, and stage {} saw samples that were to be forgotten", k,
             after.stages, slice);
      // The model may be the same: short trainings do not visit every sample.
      expect(before.stages < slice || before.live_root != after.live_root,
             "shard {} has the same live root before and after", k);
    }
  }

  void check_files() {
    for (const auto& [file, fate] : c_.superseded) {
      const auto first = first_slice_.find(file.shard);
      expect(first != first_slice_.end() && file.stage >= first->second,
             "{}/{} is listed as superseded, and saw none of the deleted samples", shard_name(file.shard), file.name);
      expect(!fate.empty(), "{}/{} is superseded, and its fate is not told", shard_name(file.shard), file.name);
      expect(!c_.journal.completed || c_.healed || fate != "not yet erased",
             "{}/{} is not erased, and the deletion is completed", shard_name(file.shard), file.name);
      expect(c_.guarantee != "exact" || fate != kKeptFate,
             "{}/{} is kept for an approximation, and the deletion is said to be exact", shard_name(file.shard),
             file.name);
    }
  }

  void check_journal() {
    const auto& j = c_.journal;
    expect(j.batch > 0 && std::ranges::find(j.together, j.batch) != j.together.end(),
           "batch {} is not among those that were worked off together", j.batch);
    expect(c_.healed || (c_.recovered ? j.published || c_.deletion.deleted == 0 : j.forgotten.has_value()),
           "the journal has no line that says '{}'", c_.recovered ? "published" : "forgotten");
    const JournalPlace* previous = nullptr;
    std::vector<const JournalPlace*> places{&j.accepted};
    for (const auto* place : {&j.forgotten, &j.published, &j.erased, &j.completed})
      if (*place) places.push_back(&**place);
    std::ranges::sort(places, {}, &JournalPlace::number);
    expect(places.front() == &j.accepted, "journal line {} comes before the request was accepted",
           places.front()->number);
    expect(!j.completed || places.back() == &*j.completed, "journal line {} comes after the deletion was completed",
           places.back()->number);
    // Exact is what it became after its own way was at its end, or while it still went on.
    if (c_.healed) {
      expect(j.published && j.published->number < c_.healed->line.number,
             "it was healed before it had been forgotten approximately");
      const auto same = std::ranges::find(places, c_.healed->line.number, &JournalPlace::number);
      if (same == places.end())
        places.push_back(&c_.healed->line);
      else
        expect(**same == c_.healed->line, "journal line {} is told in two ways", c_.healed->line.number);
      std::ranges::sort(places, {}, &JournalPlace::number);
    }
    for (const auto* place : places) {
      expect(place->number > 0 && place->number <= j.length, "the journal has {} lines, and line {} is named", j.length,
             place->number);
      expect(place->number != j.length || place->hash == j.head, "the journal's last line has not the head's hash");
      expect(previous == nullptr || (previous->number < place->number && previous->at <= place->at),
             "journal line {} does not follow line {} in time", place->number,
             previous == nullptr ? 0 : previous->number);
      previous = place;
    }
    expect(c_.issued_at >= places.back()->at, "the certificate was issued at {}, before what it states: {}",
           to_text(c_.issued_at), to_text(places.back()->at));
  }

  void check_times() {
    const auto& r = c_.request;
    expect(r.accepted_at == c_.journal.accepted.at, "the request was accepted at another time than the journal says");
    expect(r.completed_at.has_value() == c_.journal.completed.has_value() &&
               (!r.completed_at || *r.completed_at == c_.journal.completed->at),
           "the request was completed at another time than the journal says");
    const auto due = parse_due(r.due_at);
    expect(r.due_at.empty() || due, "the time that the request was due at, '{}', is none", r.due_at);
    const Moment ended = r.completed_at.value_or(c_.issued_at);
    std::optional<bool> met;
    if (due && (r.completed_at || ended > *due)) met = ended <= *due;
    expect(met == r.met_deadline, "whether the request met its deadline is told wrongly");
  }

  void check_words() {
    check_guarantee();
    constexpr std::array<std::string_view, 5> kResults{"equal", "approximate", "refuted", "not comparable",
                                                       "not verified"};
    const auto& v = c_.verification;
    expect(std::ranges::find(kResults, v.result) != kResults.end(), "the verification's result '{}' is not known here",
           v.result);
    expect(v.result != "refuted", "the run's own verification said no");
    expect(v.journal_length <= c_.journal.length, "the verification knew more of the journal than there is");
  }

  void check_guarantee() {
    const bool is_exact = c_.guarantee == "exact";
    const bool is_known =
        is_exact || ((c_.guarantee == "heuristic" || c_.guarantee == "none") && !is_exact_method(c_.method));
    expect(is_known && !c_.method.empty(), "the guarantee '{}' of the method '{}' is not known here", c_.guarantee,
           c_.method);
    const bool any =
        std::ranges::any_of(c_.shards, [](const auto& shard) { return shard.touched && shard.approximate; });
    expect(!is_known || is_exact != any, "the guarantee is '{}', and {} of the shards touched is approximate",
           c_.guarantee, any ? "one" : "none");
    if (!c_.healed) return;
    expect(is_exact && is_exact_method(c_.method), "it is said to be healed, and not to be exact");
    expect(!is_exact_method(c_.healed->from), "it is said to be healed of the method '{}'", c_.healed->from);
    expect(!c_.healed->batches.empty() && c_.healed->batches.front() > 0 &&
               std::ranges::adjacent_find(c_.healed->batches, std::greater_equal<>()) == c_.healed->batches.end(),
           "the batches that healed it are not told in order");
  }

  void check_proofs() {
    expect(c_.proofs.size() <= kMostProofs, "{} references have proofs, and {} are the most", c_.proofs.size(),
           kMostProofs);
    expect(!c_.proofs.empty() || c_.deletion.deleted == 0 || !c_.proofs_left_out.empty(),
           "no reference has a proof, and no reason is given");
    if (c_.proofs.empty()) return;
    expect(c_.guarantee == "exact", "absence is proved of a deletion that is approximate");
    if (c_.live_root_scheme != kLiveTreeScheme) {
      expect(false, "live roots are built by '{}', and this program checks '{}'", c_.live_root_scheme, kLiveTreeScheme);
      return;
    }
    std::map<Digest, std::size_t> seen;
    for (std::size_t i = 0; i < c_.proofs.size(); ++i) {
      const auto& proof = c_.proofs[i];
      expect(seen.emplace(proof.reference, i).second, "proofs[{}] is of the same reference as another", i);
      expect(std::ranges::find(c_.deletion.cells, proof.cell, &CertifiedCell::cell) != c_.deletion.cells.end(),
             "proofs[{}] is of a cell that nothing was deleted from", i);
      expect(proof.kind == ReferenceKind::kSubject || c_.deletion.references > kMostListedReferences ||
                 std::ranges::binary_search(c_.deletion.listed, proof.reference),
             "proofs[{}] is of a reference that is not listed", i);
      check_before(proof, i);
      check_after(proof, i);
    }
  }

  void check_before(const ReferenceProof& proof, std::size_t i) {
    const auto shard = proof.cell.shard.value();
    if (shard >= c_.shards.size()) return;  // told above: its cell is none
    const ServedState& state = c_.shards[shard].before;
    if (state.stages == 0) {
      expect(!proof.before, "proofs[{}] is of a root that shard {} had not before", i, shard);
      return;
    }
    const bool seen = proof.cell.slice.value() <= state.stages;
    if (!proof.before || proof.before->member != seen) {
      expect(false, "proofs[{}] does not show that its reference was {}in shard {} before", i, seen ? "" : "not ",
             shard);
      return;
    }
    expect(check_live_proof(*proof.before, proof.reference, state.live_root),
           "proofs[{}]: the proof of before does not hold under the root of shard {}", i, shard);
  }

  void check_after(const ReferenceProof& proof, std::size_t i) {
    if (proof.after.size() != c_.shards.size()) {
      expect(false, "proofs[{}] speaks of {} shards after, and the run has {}", i, proof.after.size(),
             c_.shards.size());
      return;
    }
    for (std::size_t k = 0; k < c_.shards.size(); ++k) {
      const ServedState& state = c_.shards[k].after;
      const auto& one = proof.after[k];
      if (c_.shards[k].approximate) {
        // Its root says of which samples it is meant to be, and not which it was trained on.
        expect(!one, "proofs[{}] is of the root of shard {}, which is approximate", i, k);
        continue;
      }
      if (state.stages == 0) {
        expect(!one, "proofs[{}] is of a root that shard {} has not after", i, k);
        continue;
      }
      if (!one || one->member) {
        expect(false, "proofs[{}] does not show that its reference is absent from shard {} after", i, k);
        continue;
      }
      expect(check_live_proof(*one, proof.reference, state.live_root),
             "proofs[{}]: the proof of absence does not hold under the root of shard {}", i, k);
    }
  }

  const Certificate& c_;
  std::map<ShardId, SliceId> first_slice_;  // the earliest touched of each shard
  std::vector<std::string> findings_;
};

}  // namespace

std::vector<std::string> contradictions(const Certificate& certificate) {
  return Inspector(certificate).findings();
}

CheckedCertificate check_certificate(std::string_view text, const std::string& source, const PublicKey& key) {
  const Envelope envelope = parse_envelope(text, source);
  CheckedCertificate checked;
  checked.key_id = envelope.key_id;
  if (envelope.key_id != key.id()) {
    checked.findings.push_back(
        fmt::format("it says that the key {} signed it, and the key given is {}", envelope.key_id, key.id()));
    return checked;
  }
  if (!is_signed_by(envelope, key)) {
    checked.findings.push_back(
        fmt::format("the signature by the key {} does not hold: the document was altered", key.id()));
    return checked;
  }
  try {
    checked.certificate = parse_statement(envelope.payload);
  } catch (const Failure& failure) {
    checked.findings.emplace_back(failure.what());
    return checked;
  }
  checked.findings = contradictions(*checked.certificate);
  return checked;
}

}  // namespace expunge
