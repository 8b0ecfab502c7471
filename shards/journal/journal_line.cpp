// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/journal/journal_line.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "framework/core/error.hpp"
#include "framework/text/json_fields.hpp"
#include "shards/journal/entry_rules.hpp"
#include "shards/journal/journal_text.hpp"

namespace expunge {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kHashDomain = "expunge/journal/v1";
constexpr std::string_view kHashName = R"(,"hash":")";
constexpr std::size_t kHashDigits = 2 * sizeof(Digest::bytes);
constexpr std::size_t kSealLength = kHashName.size() + kHashDigits + 2;  // `,"hash":"…"}`

Digest hash_of(std::string_view text) {
  return Hasher(kHashDomain).add(text).finish();
}

Digest read_digest(const JsonField& field) {
  return field.digest();
}

std::vector<std::uint64_t> read_batches(const JsonField& field) {
  return field.list([](const JsonField& batch) { return batch.count(); });
}

IdRange read_range(const JsonField& field) {
  const auto [first, end] = field.pair();
  return {first.count(), end.count()};
}

std::pair<ShardId, SliceId> read_stage(const JsonField& field) {
  const auto [shard, slice] = field.pair();
  return {shard.id<ShardId>(), slice.id<SliceId>(1)};
}

CellDeletion read_cell(const JsonField& field) {
  JsonObject object(field);
  CellDeletion cell;
  cell.cell.shard = object.at("shard").id<ShardId>();
  cell.cell.slice = object.at("slice").id<SliceId>(1);
  cell.ids = object.at("ids").list(read_range);
  cell.references = object.at("references").list(read_digest);
  cell.subjects = object.at("subjects").list(read_digest);
  object.finish(kJournalVersion);
  return cell;
}

AcceptedRequest read_request(const JsonField& field) {
  JsonObject object(field);
  AcceptedRequest request;
  request.id = object.at("id").text();
  request.requested_by = object.at("requested_by").text();
  request.content = object.at("content").digest();
  request.received_at = object.at("received_at").text();
  request.due_at = object.at("due_at").text();
  request.regulation = object.at("regulation").text();
  request.requested = object.at("requested").count();
  request.already_absent = object.at("already_absent").count();
  request.unknown = object.at("unknown").count();
  request.removed = object.at("removed").digest<SetDigest>();
  request.cells = object.at("cells").list(read_cell);
  object.finish(kJournalVersion);
  return request;
}

ServedState read_state(const JsonField& field) {
  JsonObject object(field);
  ServedState state;
  state.shard = object.at("shard").id<ShardId>();
  state.stages = object.at("stages").number<std::uint32_t>();
  state.model = object.at("model_digest").digest();
  state.live_root = object.at("live_root").digest();
  object.finish(kJournalVersion);
  return state;
}

SupersededFile read_superseded(const JsonField& field) {
  JsonObject object(field);
  SupersededFile file;
  file.shard = object.at("shard").id<ShardId>();
  file.stage = object.at("stage").id<SliceId>(1);
  file.name = object.at("file").text();
  file.digest = object.at("digest").digest();
  file.model = object.at("model_digest").digest();
  file.live_root = object.at("live_root").digest();
  object.finish(kJournalVersion);
  return file;
}

FileFate read_fate(const JsonField& field) {
  JsonObject object(field);
  FileFate file;
  file.shard = object.at("shard").id<ShardId>();
  file.name = object.at("file").text();
  file.digest = object.at("digest").digest();
  file.fate = object.at("fate").text();
  object.finish(kJournalVersion);
  return file;
}

void take(JsonObject& object, BatchAccepted& entry) {
  entry.batch = object.at("batch").count();
  entry.method = object.at("method").text();
  entry.requests = object.at("requests").list(read_request);
  entry.before = object.at("before").list(read_state);
  entry.supersedes = object.at("supersedes").list(read_superseded);
}

void take(JsonObject& object, BatchForgotten& entry) {
  entry.batches = read_batches(object.at("batches"));
  entry.after = object.at("after").list(read_state);
  entry.files = object.at("files").list(read_fate);
  entry.seconds = object.at("seconds").real();
}

void take(JsonObject& object, BatchRetrained& entry) {
  entry.batches = read_batches(object.at("batches"));
  entry.after = object.at("after").list(read_state);
  entry.first_stages = object.at("first_stages").list(read_stage);
  entry.stages = object.at("stages").count();
  entry.sample_gradients = object.at("sample_gradients").count();
  entry.seconds = object.at("seconds").real();
}

void take(JsonObject& object, BatchPublished& entry) {
  entry.batches = read_batches(object.at("batches"));
  entry.after = object.at("after").list(read_state);
}

void take(JsonObject& object, BatchErased& entry) {
  entry.batches = read_batches(object.at("batches"));
  entry.files = object.at("files").list(read_fate);
}

void take(JsonObject& object, BatchCompleted& entry) {
  entry.batches = read_batches(object.at("batches"));
}

/// An entry of the kind that a state names; all its fields still empty.
template <std::size_t Kind = 0>
JournalEntry entry_of(std::string_view state) {
  if constexpr (Kind == std::variant_size_v<JournalEntry>) {
    throw Failure(fmt::format("there is no state '{}'", state));
  } else {
    JournalEntry entry{std::in_place_index<Kind>};
    if (state_name(entry) == state) return entry;
    return entry_of<Kind + 1>(state);
  }
}

JournalLine line_of(const Json& json) {
  JournalLine line;
  JsonObject object(JsonField(json, ""));
  (void)object.at("format_version");
  line.number = object.at("number").count();
  line.at = object.at("at").moment();
  line.entry = entry_of(object.at("state").text());
  std::visit([&](auto& entry) { take(object, entry); }, line.entry);
  line.previous = object.at("previous").digest();
  object.finish(kJournalVersion);
  return line;
}

/// A newer version may differ in all that comes after it, the hash too.
void check_version(std::string_view text) {
  const std::string expected = fmt::format("{{\"format_version\":{},", kJournalVersion);
  if (text.starts_with(expected)) return;
  constexpr std::string_view kName = "{\"format_version\":";
  const std::string_view version = text.starts_with(kName) ? text.substr(kName.size()) : std::string_view();
  const std::size_t digits = version.find_first_not_of("0123456789");
  if (digits == 0 || digits > 9 || version[digits] != ',')
    throw Failure(fmt::format("does not begin with {}, as every line does: it was altered", expected));
  throw UnknownJournalVersion(
      fmt::format("has format version {}, and this program reads {}: use the release that wrote it",
                  version.substr(0, digits), kJournalVersion));
}

}  // namespace

std::string seal_line(JournalLine& line) {
  std::string text = text_without_hash(line);
  line.hash = hash_of(text);
  text.pop_back();
  text += kHashName;
  text += line.hash.hex();
  text += "\"}\n";
  return text;
}

JournalLine read_line(std::string_view text) {
  check_version(text);
  if (text.size() < kSealLength || !text.substr(text.size() - kSealLength).starts_with(kHashName) ||
      !text.ends_with("\"}"))
    throw Failure("does not end with its hash: it was altered or cut");
  const std::string_view sealed = text.substr(0, text.size() - kSealLength);
  const std::string_view hash = text.substr(sealed.size() + kHashName.size(), kHashDigits);
  std::string unsealed(sealed);
  unsealed += '}';
  const Digest computed = hash_of(unsealed);
  if (computed.hex() != hash)
    throw Failure(fmt::format("was altered: its hash is {}, and it says {}", computed.hex(), hash));
  JournalLine line;
  try {
    line = line_of(Json::parse(unsealed));
  } catch (const Json::exception& exception) {
    throw Failure(fmt::format("is not JSON ({})", exception.what()));
  } catch (const Failure& failure) {
    throw Failure(fmt::format("is malformed: {}", failure.what()));
  }
  line.hash = computed;
  if (const auto rule = broken_rule(line.entry)) throw Failure("is not a line that expunge writes: " + *rule);
  if (text_without_hash(line) != unsealed)
    throw Failure(
        "is not written as expunge writes it: its fields are in another order, or it holds more than they do");
  return line;
}

}  // namespace expunge
