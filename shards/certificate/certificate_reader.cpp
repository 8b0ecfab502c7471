// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
// From a statement's text to the certificate; certificate.cpp is the way there.
#include <algorithm>
#include <limits>
#include <utility>

#include <nlohmann/json.hpp>

#include "framework/core/error.hpp"
#include "framework/text/strict_json.hpp"
#include "shards/certificate/certificate.hpp"
#include "shards/checkpoint/live_proof_json.hpp"

namespace expunge {

namespace {

using Json = nlohmann::ordered_json;

/// One value of the statement, and the place that messages call it by. Whether there is more than is read here need
/// not be asked: a statement that is read is written again and compared.
class Value {
 public:
  Value(const Json& json, std::string place) : json_(json), place_(std::move(place)) {}

  [[nodiscard]] Value at(const char* name) const {
    if (!json_.is_object()) throw wrong("an object");
    const auto found = json_.find(name);
    if (found == json_.end()) throw Failure(fmt::format("the field '{}' of {} is missing", name, place_));
    return {*found, place_ == "the statement" ? std::string(name) : fmt::format("{}.{}", place_, name)};
  }
  [[nodiscard]] Value at(std::size_t index) const { return {json_[index], fmt::format("{}[{}]", place_, index)}; }
  [[nodiscard]] bool is_null() const { return json_.is_null(); }

  [[nodiscard]] std::size_t size() const {
    if (!json_.is_array()) throw wrong("a list");
    return json_.size();
  }
  template <class Read>
  [[nodiscard]] auto list(Read read) const {
    std::vector<decltype(read(*this))> items;
    items.reserve(size());
    for (std::size_t i = 0; i < json_.size(); ++i) items.push_back(read(at(i)));
    return items;
  }
  template <class Read>
  [[nodiscard]] auto optional(Read read) const {
    using Item = decltype(read(*this));
    return is_null() ? std::optional<Item>() : std::optional<Item>(read(*this));
  }

  template <class Number>
  [[nodiscard]] Number number() const {
    if (!json_.is_number_unsigned() || json_.get<std::uint64_t>() > std::numeric_limits<Number>::max())
      throw wrong(fmt::format("an integer in 0 … {}", std::numeric_limits<Number>::max()));
    return json_.get<Number>();
  }
  [[nodiscard]] std::uint64_t count() const { return number<std::uint64_t>(); }
  [[nodiscard]] bool truth() const {
    if (!json_.is_boolean()) throw wrong("true or false");
    return json_.get<bool>();
  }
  [[nodiscard]] std::string text() const {
    if (!json_.is_string()) throw wrong("a text");
    return json_.get<std::string>();
  }
  [[nodiscard]] std::string json_text() const { return json_.dump(); }
  [[nodiscard]] std::string text_or_empty() const { return is_null() ? std::string() : text(); }
  [[nodiscard]] Digest digest() const {
    try {
      return Digest::from_hex(text());
    } catch (const Failure&) {
      throw wrong("64 hexadecimal digits");
    }
  }
  [[nodiscard]] Moment moment() const {
    const auto moment = parse_moment(text());
    if (!moment) throw wrong("a time like 2026-03-01T09:30:00Z");
    return *moment;
  }

 private:
  [[nodiscard]] Failure wrong(const std::string& expected) const {
    constexpr std::size_t kMostShown = 80;
    std::string found = json_.dump(-1, ' ', true, Json::error_handler_t::replace);
    if (found.size() > kMostShown) found = found.substr(0, kMostShown) + "…";
    return Failure(fmt::format("{} is {}, expected {}", place_, found, expected));
  }

  const Json& json_;
  std::string place_;
};

ShardId shard_in(const Value& object) {
  return ShardId(object.at("shard").number<std::uint32_t>());
}

Cell cell_in(const Value& object) {
  return {shard_in(object), SliceId(object.at("slice").number<std::uint32_t>())};
}

CertifiedRequest read_request(const Value& object) {
  CertifiedRequest request;
  request.id = object.at("id").text();
  request.requester = object.at("requester").text_or_empty();
  request.content = object.at("content").digest();
  request.regulation = object.at("regulation").text_or_empty();
  request.received_at = object.at("received_at").text_or_empty();
  request.due_at = object.at("due_at").text_or_empty();
  request.accepted_at = object.at("accepted_at").moment();
  request.completed_at = object.at("completed_at").optional([](const Value& v) { return v.moment(); });
  request.met_deadline = object.at("met_deadline").optional([](const Value& v) { return v.truth(); });
  return request;
}

CertifiedDeletion read_deletion(const Value& object) {
  CertifiedDeletion deletion;
  deletion.requested = object.at("requested").count();
  deletion.deleted = object.at("deleted").count();
  deletion.already_absent = object.at("already_absent").count();
  deletion.unknown = object.at("unknown").count();
  deletion.cells = object.at("cells").list(
      [](const Value& cell) { return CertifiedCell{.cell = cell_in(cell), .samples = cell.at("samples").count()}; });
  const Value references = object.at("references");
  deletion.references = references.at("count").count();
  deletion.references_digest = references.at("digest").digest();
  if (const Value list = references.at("list"); !list.is_null())
    deletion.listed = list.list([](const Value& reference) { return reference.digest(); });
  return deletion;
}

ServedState read_state(const Value& object, ShardId shard) {
  return {.shard = shard,
          .stages = object.at("stages").number<std::uint32_t>(),
          .model = object.at("model_digest").digest(),
          .live_root = object.at("live_root").digest()};
}

CertifiedShard read_shard(const Value& object, int version) {
  const ShardId shard = shard_in(object);
  return {.before = read_state(object.at("before"), shard),
          .after = read_state(object.at("after"), shard),
          .touched = object.at("touched").truth(),
          .first_retrained = object.at("first_stage_retrained").optional([](const Value& stage) {
            return SliceId(stage.number<std::uint32_t>());
          }),
          .approximate = version > 1 && object.at("approximate").truth()};
}

CertifiedFile read_file_line(const Value& object) {
  return {.file = {.shard = shard_in(object),
                   .stage = SliceId(object.at("stage").number<std::uint32_t>()),
                   .name = object.at("file").text(),
                   .digest = object.at("digest").digest(),
                   .model = object.at("model_digest").digest(),
                   .live_root = object.at("live_root").digest()},
          .fate = object.at("fate").text()};
}

CertifiedVerification read_verification(const Value& object) {
  return {.result = object.at("result").text(),
          .at = object.at("at").text_or_empty(),
          .scope = object.at("scope").text_or_empty(),
          .journal_length = object.at("journal_length").count()};
}

CertifiedProgram read_program(const Value& object) {
  return {.version = object.at("version").text(),
          .git = object.at("git").text(),
          .numeric_version = object.at("numeric_version").count(),
          .numerics = object.at("numerics_digest").digest(),
          .configuration = object.at("configuration_digest").digest(),
          .short_seed = object.at("short_seed").truth()};
}

JournalPlace read_place(const Value& object) {
  return {.number = object.at("line").count(), .hash = object.at("hash").digest(), .at = object.at("at").moment()};
}

CertifiedHealing read_healing(const Value& object) {
  return {.from = object.at("from").text(),
          .batches = object.at("batches").list([](const Value& batch) { return batch.count(); }),
          .line = read_place(object.at("since"))};
}

CertifiedJournal read_journal(const Value& object) {
  CertifiedJournal journal;
  journal.batch = object.at("batch").count();
  journal.together = object.at("worked_off_with").list([](const Value& batch) { return batch.count(); });
  journal.accepted = read_place(object.at("accepted"));
  journal.forgotten = object.at("forgotten").optional(read_place);
  journal.published = object.at("published").optional(read_place);
  journal.erased = object.at("erased").optional(read_place);
  journal.completed = object.at("completed").optional(read_place);
  journal.length = object.at("length").count();
  journal.head = object.at("head").digest();
  return journal;
}

LiveProof read_live_proof(const Value& object) {
  return live_proof_from_json(object.json_text());
}

ReferenceProof read_proof(const Value& object) {
  ReferenceProof proof;
  proof.reference = object.at("reference").digest();
  proof.kind = object.at("kind").text() == "subject" ? ReferenceKind::kSubject : ReferenceKind::kSample;
  proof.cell = cell_in(object);
  proof.before = object.at("before").optional(read_live_proof);
  proof.after = object.at("after").list([](const Value& one) { return one.optional(read_live_proof); });
  return proof;
}

void check_type(const Value& statement) {
  const std::string found = statement.at("_type").text();
  if (found != kStatementType)
    throw Failure(fmt::format("_type is '{}', and this program reads '{}'", found, kStatementType));
}

int version_of(const Value& statement) {
  const std::string found = statement.at("predicateType").text();
  if (found == kPredicateType) return 1;
  if (found == kPredicateType2) return 2;
  throw Failure(fmt::format("predicateType is '{}', and this program reads '{}' and '{}'", found, kPredicateType,
                            kPredicateType2));
}

}  // namespace

Certificate parse_statement(std::string_view text) {
  const Json document = parse_strict_json(text, "the statement");
  const Value statement(document, "the statement");
  check_type(statement);
  const int version = version_of(statement);
  const Value predicate = statement.at("predicate");
  Certificate certificate;
  certificate.issued_at = predicate.at("issued_at").moment();
  certificate.request = read_request(predicate.at("request"));
  certificate.deletion = read_deletion(predicate.at("deleted"));
  certificate.guarantee = predicate.at("guarantee").at("class").text();
  certificate.method = predicate.at("guarantee").at("method").text();
  if (version > 1) certificate.healed = predicate.at("guarantee").at("healed").optional(read_healing);
  certificate.recovered = predicate.at("state").at("recovered").truth();
  certificate.live_root_scheme = predicate.at("live_root_scheme").text();
  certificate.shards = predicate.at("shards").list([&](const Value& shard) { return read_shard(shard, version); });
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
