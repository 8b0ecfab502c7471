// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/certificate/certificate.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "framework/core/error.hpp"
#include "framework/text/json_fields.hpp"
#include "framework/text/strict_json.hpp"
#include "shards/checkpoint/live_proof.hpp"

// From a statement's text to the certificate; certificate.cpp is the way there.
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

namespace {

using Json = nlohmann::ordered_json;

// Whether there is more in an object than is read here need not be asked: a statement that is read is written again and
// compared.

ShardId shard_in(const JsonField& object) {
  return object.at("shard").id<ShardId>();
}

Cell cell_in(const JsonField& object) {
  return {shard_in(object), object.at("slice").id<SliceId>()};
}

CertifiedRequest read_request(const JsonField& object) {
  CertifiedRequest request;
  request.id = object.at("id").text();
  request.requester = object.at("requester").text_or_empty();
  request.content = object.at("content").digest();
  request.regulation = object.at("regulation").text_or_empty();
  request.received_at = object.at("received_at").text_or_empty();
  request.due_at = object.at("due_at").text_or_empty();
  request.accepted_at = object.at("accepted_at").moment();
  request.completed_at = object.at("completed_at").optional([](const JsonField& v) { return v.moment(); });
  request.met_deadline = object.at("met_deadline").optional([](const JsonField& v) { return v.truth(); });
  return request;
}

CertifiedDeletion read_deletion(const JsonField& object) {
  CertifiedDeletion deletion;
  deletion.requested = object.at("requested").count();
  deletion.deleted = object.at("deleted").count();
  deletion.already_absent = object.at("already_absent").count();
  deletion.unknown = object.at("unknown").count();
  deletion.cells = object.at("cells").list([](const JsonField& cell) {
    return CertifiedCell{.cell = cell_in(cell), .samples = cell.at("samples").count()};
  });
  const JsonField references = object.at("references");
  deletion.references = references.at("count").count();
  deletion.references_digest = references.at("digest").digest();
  if (const JsonField list = references.at("list"); !list.is_null())
    deletion.listed = list.list([](const JsonField& reference) { return reference.digest(); });
  return deletion;
}

ServedState read_state(const JsonField& object, ShardId shard) {
  return {.shard = shard,
          .stages = object.at("stages").number<std::uint32_t>(),
          .model = object.at("model_digest").digest(),
          .live_root = object.at("live_root").digest()};
}

CertifiedShard read_shard(const JsonField& object, int version) {
  const ShardId shard = shard_in(object);
  return {.before = read_state(object.at("before"), shard),
          .after = read_state(object.at("after"), shard),
          .touched = object.at("touched").truth(),
          .first_retrained =
              object.at("first_stage_retrained").optional([](const JsonField& stage) { return stage.id<SliceId>(); }),
          .approximate = version > 1 && object.at("approximate").truth()};
}

CertifiedFile read_file_line(const JsonField& object) {
  return {.file = {.shard = shard_in(object),
                   .stage = object.at("stage").id<SliceId>(),
                   .name = object.at("file").text(),
                   .digest = object.at("digest").digest(),
                   .model = object.at("model_digest").digest(),
                   .live_root = object.at("live_root").digest()},
          .fate = object.at("fate").text()};
}

CertifiedVerification read_verification(const JsonField& object) {
  return {.result = object.at("result").text(),
          .at = object.at("at").text_or_empty(),
          .scope = object.at("scope").text_or_empty(),
          .journal_length = object.at("journal_length").count()};
}

CertifiedProgram read_program(const JsonField& object) {
  return {.version = object.at("version").text(),
          .git = object.at("git").text(),
          .numeric_version = object.at("numeric_version").count(),
          .numerics = object.at("numerics_digest").digest(),
          .configuration = object.at("configuration_digest").digest(),
          .short_seed = object.at("short_seed").truth()};
}

JournalPlace read_place(const JsonField& object) {
  return {.number = object.at("line").count(), .hash = object.at("hash").digest(), .at = object.at("at").moment()};
}

CertifiedHealing read_healing(const JsonField& object) {
  return {.from = object.at("from").text(),
          .batches = object.at("batches").list([](const JsonField& batch) { return batch.count(); }),
          .line = read_place(object.at("since"))};
}

CertifiedJournal read_journal(const JsonField& object) {
  CertifiedJournal journal;
  journal.batch = object.at("batch").count();
  journal.together = object.at("worked_off_with").list([](const JsonField& batch) { return batch.count(); });
  journal.accepted = read_place(object.at("accepted"));
  journal.forgotten = object.at("forgotten").optional(read_place);
  journal.published = object.at("published").optional(read_place);
  journal.erased = object.at("erased").optional(read_place);
  journal.completed = object.at("completed").optional(read_place);
  journal.length = object.at("length").count();
  journal.head = object.at("head").digest();
  return journal;
}

ReferenceProof read_proof(const JsonField& object) {
  ReferenceProof proof;
  proof.reference = object.at("reference").digest();
  proof.kind = object.at("kind").text() == "subject" ? ReferenceKind::kSubject : ReferenceKind::kSample;
  proof.cell = cell_in(object);
  proof.before = object.at("before").optional(read_live_proof);
  proof.after = object.at("after").list([](const JsonField& one) { return one.optional(read_live_proof); });
  return proof;
}

void check_type(const JsonField& statement) {
  const std::string found = statement.at("_type").text();
  if (found != kStatementType)
    throw Failure(fmt::format("_type is '{}', and this program reads '{}'", found, kStatementType));
}

int version_of(const JsonField& statement) {
  const std::string found = statement.at("predicateType").text();
  if (found == kPredicateType) return 1;
  if (found == kPredicateType2) return 2;
  throw Failure(fmt::format("predicateType is '{}', and this program reads '{}' and '{}'", found, kPredicateType,
                            kPredicateType2));
}

}  // namespace

Certificate parse_statement(std::string_view text) {
  const Json document = parse_strict_json(text, "the statement");
  const JsonField statement(document, "the statement");
  check_type(statement);
  const int version = version_of(statement);
  const JsonField predicate = statement.at("predicate");
  Certificate certificate;
  certificate.issued_at = predicate.at("issued_at").moment();
  certificate.request = read_request(predicate.at("request"));
  certificate.deletion = read_deletion(predicate.at("deleted"));
  certificate.guarantee = predicate.at("guarantee").at("class").text();
  certificate.method = predicate.at("guarantee").at("method").text();
  if (version > 1) certificate.healed = predicate.at("guarantee").at("healed").optional(read_healing);
  certificate.recovered = predicate.at("state").at("recovered").truth();
  certificate.live_root_scheme = predicate.at("live_root_scheme").text();
  certificate.shards = predicate.at("shards").list([&](const JsonField& shard) { return read_shard(shard, version); });
  certificate.superseded = predicate.at("superseded").list(read_file_line);
  certificate.verification = read_verification(predicate.at("verification"));
  certificate.program = read_program(predicate.at("program"));
  certificate.journal = read_journal(predicate.at("journal"));
  certificate.proofs = predicate.at("proofs").at("references").list(read_proof);
  certificate.proofs_left_out = predicate.at("proofs").at("left_out").text_or_empty();
  // One text for one certificate: fields that this version does not know, subjects that are not the shards' models,
  // and any other spelling show here.
  const std::string again = statement_text(certificate);
  if (again != text) {
    const auto [ours, theirs] = std::ranges::mismatch(again, text);
    const auto at = static_cast<std::size_t>(theirs - text.begin());
    constexpr std::size_t kBefore = 40;
    const std::size_t from = at > kBefore ? at - kBefore : 0;
    throw Failure(fmt::format("the statement is not as this program writes it, from byte {} on: …{}", at + 1,
                              std::string(text.substr(from, 2 * kBefore))));
  }
  return certificate;
}

}  // namespace expunge
