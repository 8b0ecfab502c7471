// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/certificate/certificate.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "shards/checkpoint/live_proof_json.hpp"

namespace expunge {

namespace {

using Json = nlohmann::ordered_json;

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json moment_or_null(const std::optional<Moment>& moment) {
  return moment ? Json(to_text(*moment)) : Json(nullptr);
}

Json to_json(const CertifiedRequest& request) {
  return {{"id", request.id},
          {"requester", text_or_null(request.requester)},
          {"content", request.content.hex()},
          {"regulation", text_or_null(request.regulation)},
          {"received_at", text_or_null(request.received_at)},
          {"due_at", text_or_null(request.due_at)},
          {"accepted_at", to_text(request.accepted_at)},
          {"completed_at", moment_or_null(request.completed_at)},
          {"met_deadline", request.met_deadline ? Json(*request.met_deadline) : Json(nullptr)}};
}

Json to_json(const CertifiedDeletion& deletion) {
  Json cells = Json::array();
  for (const auto& [cell, samples] : deletion.cells)
    cells.push_back({{"shard", cell.shard.value()}, {"slice", cell.slice.value()}, {"samples", samples}});
  Json list = nullptr;
  if (deletion.references <= kMostListedReferences) {
    list = Json::array();
    for (const auto& reference : deletion.listed) list.push_back(reference.hex());
  }
  return {{"requested", deletion.requested},
          {"deleted", deletion.deleted},
          {"already_absent", deletion.already_absent},
          {"unknown", deletion.unknown},
          {"cells", std::move(cells)},
          {"references",
           {{"count", deletion.references}, {"digest", deletion.references_digest.hex()}, {"list", std::move(list)}}}};
}

Json to_json(const ServedState& state) {
  return {{"stages", state.stages}, {"model_digest", state.model.hex()}, {"live_root", state.live_root.hex()}};
}

Json to_json(const CertifiedShard& shard, int version) {
  Json json{{"shard", shard.after.shard.value()},
            {"touched", shard.touched},
            {"first_stage_retrained", shard.first_retrained ? Json(shard.first_retrained->value()) : Json(nullptr)}};
  if (version > 1) json["approximate"] = shard.approximate;
  json["before"] = to_json(shard.before);
  json["after"] = to_json(shard.after);
  return json;
}

Json to_json(const std::vector<CertifiedShard>& shards, int version) {
  Json list = Json::array();
  for (const auto& shard : shards) list.push_back(to_json(shard, version));
  return list;
}

Json to_json(const CertifiedFile& one) {
  return {{"shard", one.file.shard.value()},
          {"stage", one.file.stage.value()},
          {"file", one.file.name},
          {"digest", one.file.digest.hex()},
          {"model_digest", one.file.model.hex()},
          {"live_root", one.file.live_root.hex()},
          {"fate", one.fate}};
}

Json to_json(const CertifiedVerification& verification) {
  return {{"result", verification.result},
          {"at", text_or_null(verification.at)},
          {"scope", text_or_null(verification.scope)},
          {"journal_length", verification.journal_length}};
}

Json to_json(const CertifiedProgram& program) {
  return {{"name", "expunge"},
          {"version", program.version},
          {"git", program.git},
          {"numeric_version", program.numeric_version},
          {"numerics_digest", program.numerics.hex()},
          {"configuration_digest", program.configuration.hex()},
          {"short_seed", program.short_seed}};
}

Json to_json(const std::optional<JournalPlace>& place) {
  if (!place) return nullptr;
  return {{"line", place->number}, {"hash", place->hash.hex()}, {"at", to_text(place->at)}};
}

Json guarantee_of(const Certificate& certificate, int version) {
  Json json{{"class", certificate.guarantee}, {"method", certificate.method}};
  if (version == 1) return json;
  json["healed"] = nullptr;
  if (const auto& healed = certificate.healed)
    json["healed"] = {
        {"from", healed->from}, {"batches", healed->batches}, {"since", to_json(std::optional(healed->line))}};
  return json;
}

Json to_json(const CertifiedJournal& journal) {
  return {{"batch", journal.batch},
          {"worked_off_with", journal.together},
          {"accepted", to_json(std::optional(journal.accepted))},
          {"forgotten", to_json(journal.forgotten)},
          {"published", to_json(journal.published)},
          {"erased", to_json(journal.erased)},
          {"completed", to_json(journal.completed)},
          {"length", journal.length},
          {"head", journal.head.hex()}};
}

Json to_json(const std::optional<LiveProof>& proof) {
  if (!proof) return nullptr;
  return Json::parse(to_json_text(*proof));
}

Json to_json(const ReferenceProof& proof) {
  Json after = Json::array();
  for (const auto& one : proof.after) after.push_back(to_json(one));
  return {{"reference", proof.reference.hex()}, {"kind", proof.kind == ReferenceKind::kSample ? "sample" : "subject"},
          {"shard", proof.cell.shard.value()},  {"slice", proof.cell.slice.value()},
          {"before", to_json(proof.before)},    {"after", std::move(after)}};
}

template <class T>
Json list_of(const std::vector<T>& items) {
  Json list = Json::array();
  for (const auto& item : items) list.push_back(to_json(item));
  return list;
}

/// The models that the statement speaks of: those the request touched, or all where it touched none.
Json subjects_of(const std::vector<CertifiedShard>& shards) {
  bool any_touched = false;
  for (const auto& shard : shards) any_touched = any_touched || shard.touched;
  Json subjects = Json::array();
  for (const auto& shard : shards)
    if (shard.touched || !any_touched)
      subjects.push_back(
          {{"name", shard_name(shard.after.shard)}, {"digest", {{"blake2b256", shard.after.model.hex()}}}});
  return subjects;
}

}  // namespace

int Certificate::version() const {
  const bool is_first = guarantee == "exact" && method == "exact" && !healed && verification.result != "approximate" &&
                        std::ranges::none_of(shards, &CertifiedShard::approximate);
  return is_first ? 1 : 2;
}

std::string shard_name(ShardId shard) {
  return fmt::format("shards/{:04}", shard.value());
}

Digest references_digest(const std::vector<Digest>& ascending) {
  Hasher hasher("expunge/certificate-references/v1");
  hasher.add(ascending.size());
  for (const auto& reference : ascending) hasher.add(ByteView(reference.bytes));
  return hasher.finish();
}

std::string statement_text(const Certificate& certificate) {
  const int version = certificate.version();
  const Json predicate{
      {"issued_at", to_text(certificate.issued_at)},
      {"request", to_json(certificate.request)},
      {"deleted", to_json(certificate.deletion)},
      {"guarantee", guarantee_of(certificate, version)},
      {"state", {{"forgotten", true}, {"recovered", certificate.recovered}}},
      {"live_root_scheme", certificate.live_root_scheme},
      {"shards", to_json(certificate.shards, version)},
      {"superseded", list_of(certificate.superseded)},
      {"verification", to_json(certificate.verification)},
      {"program", to_json(certificate.program)},
      {"journal", to_json(certificate.journal)},
      {"proofs",
       {{"references", list_of(certificate.proofs)}, {"left_out", text_or_null(certificate.proofs_left_out)}}}};
  const Json statement{{"_type", kStatementType},
                       {"subject", subjects_of(certificate.shards)},
                       {"predicateType", version == 1 ? kPredicateType : kPredicateType2},
                       {"predicate", predicate}};
  // Ids come from request files, which are UTF-8; what is not becomes U+FFFD rather than no certificate.
  return statement.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace expunge
