// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
// Written without a document in memory: a batch may hold a million references.
#include "shards/journal/journal_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "framework/core/error.hpp"

namespace expunge {

namespace {

/// Text that grows field by field.
class Writer {
 public:
  Writer& raw(std::string_view text) {
    text_ += text;
    return *this;
  }

  /// `,"name":`; without the comma at the begin of an object.
  Writer& name(std::string_view name) {
    if (text_.back() != '{') text_ += ',';
    return raw("\"").raw(name).raw("\":");
  }

  Writer& value(std::uint64_t number) {
    const fmt::format_int digits(number);
    return raw({digits.data(), digits.size()});
  }
  Writer& value(double number) { return raw(nlohmann::json(number).dump()); }
  Writer& value(ShardId shard) { return value(std::uint64_t{shard.value()}); }
  Writer& value(SliceId slice) { return value(std::uint64_t{slice.value()}); }
  Writer& value(const Digest& digest) { return raw("\"").raw(digest.hex()).raw("\""); }
  Writer& value(const SetDigest& digest) { return raw("\"").raw(digest.hex()).raw("\""); }
  Writer& value(const IdRange& range) { return pair(range.first, range.end); }
  Writer& value(const std::pair<ShardId, SliceId>& stage) { return pair(stage.first, stage.second); }
  Writer& value(std::string_view text) {
    try {
      return raw(nlohmann::json(text).dump());
    } catch (const nlohmann::json::type_error&) {
      throw Failure(
          fmt::format("the journal holds UTF-8 alone, and the text with the bytes {} is none: mend it in the "
                      "requests",
                      to_hex(bytes_of(text))));
    }
  }
  template <class T>
  Writer& value(const std::vector<T>& list) {
    raw("[");
    for (const T& member : list) {
      if (&member != list.data()) raw(",");
      value(member);
    }
    return raw("]");
  }

  Writer& value(const CellDeletion& cell) {
    raw("{").field("shard", cell.cell.shard).field("slice", cell.cell.slice).field("ids", cell.ids);
    return field("references", cell.references).field("subjects", cell.subjects).raw("}");
  }
  Writer& value(const AcceptedRequest& request) {
    raw("{").field("id", request.id).field("requested_by", request.requested_by).field("content", request.content);
    field("received_at", request.received_at).field("due_at", request.due_at);
    field("regulation", request.regulation).field("requested", request.requested);
    field("already_absent", request.already_absent).field("unknown", request.unknown);
    return field("removed", request.removed).field("cells", request.cells).raw("}");
  }
  Writer& value(const ServedState& state) {
    raw("{").field("shard", state.shard).field("stages", std::uint64_t{state.stages});
    return field("model_digest", state.model).field("live_root", state.live_root).raw("}");
  }
  Writer& value(const SupersededFile& file) {
    raw("{").field("shard", file.shard).field("stage", file.stage).field("file", file.name);
    field("digest", file.digest).field("model_digest", file.model);
    return field("live_root", file.live_root).raw("}");
  }
  Writer& value(const FileFate& file) {
    raw("{").field("shard", file.shard).field("file", file.name).field("digest", file.digest);
    return field("fate", file.fate).raw("}");
  }

  template <class T>
  Writer& field(std::string_view its_name, const T& its_value) {
    return name(its_name).value(its_value);
  }

  void operator()(const BatchAccepted& entry) {
    field("batch", entry.batch).field("method", entry.method).field("requests", entry.requests);
    field("before", entry.before).field("supersedes", entry.supersedes);
  }
  void operator()(const BatchForgotten& entry) {
    field("batches", entry.batches).field("after", entry.after).field("files", entry.files);
    field("seconds", entry.seconds);
  }
  void operator()(const BatchRetrained& entry) {
    field("batches", entry.batches).field("after", entry.after).field("first_stages", entry.first_stages);
    field("stages", entry.stages).field("sample_gradients", entry.sample_gradients).field("seconds", entry.seconds);
  }
  void operator()(const BatchPublished& entry) { field("batches", entry.batches).field("after", entry.after); }
  void operator()(const BatchErased& entry) { field("batches", entry.batches).field("files", entry.files); }
  void operator()(const BatchCompleted& entry) { field("batches", entry.batches); }

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  template <class First, class Second>
  Writer& pair(First first, Second second) {
    return raw("[").value(first).raw(",").value(second).raw("]");
  }

  std::string text_;
};

}  // namespace

std::string text_without_hash(const JournalLine& line) {
  Writer writer;
  writer.raw("{").field("format_version", kJournalVersion).field("number", line.number);
  writer.field("at", to_text(line.at)).field("state", state_name(line.entry));
  std::visit([&](const auto& entry) { writer(entry); }, line.entry);
  writer.field("previous", line.previous).raw("}");
  return writer.take();
}

}  // namespace expunge
