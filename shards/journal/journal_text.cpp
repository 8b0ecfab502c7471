// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
// Written without a document in memory: a batch may hold a million references.
#include "shards/journal/journal_text.hpp"

#include "framework/core/error.hpp"
#include "framework/text/json_writer.hpp"

namespace expunge {

namespace {

class EntryWriter {
 public:
  explicit EntryWriter(JsonWriter& json) : json_(json) {}

  void operator()(const BatchAccepted& entry) {
    json_.field("batch", entry.batch).field("method", entry.method);
    list("requests", entry.requests).list("before", entry.before).list("supersedes", entry.supersedes);
  }
  void operator()(const BatchForgotten& entry) {
    json_.field("batches", entry.batches);
    list("after", entry.after).list("files", entry.files);
    json_.field("seconds", entry.seconds);
  }
  void operator()(const BatchRetrained& entry) {
    json_.field("batches", entry.batches);
    list("after", entry.after).list("first_stages", entry.first_stages);
    json_.field("stages", entry.stages).field("sample_gradients", entry.sample_gradients);
    json_.field("seconds", entry.seconds);
  }
  void operator()(const BatchPublished& entry) {
    json_.field("batches", entry.batches);
    list("after", entry.after);
  }
  void operator()(const BatchErased& entry) {
    json_.field("batches", entry.batches);
    list("files", entry.files);
  }
  void operator()(const BatchCompleted& entry) { json_.field("batches", entry.batches); }

 private:
  template <class Item>
  EntryWriter& list(std::string_view name, const std::vector<Item>& items) {
    json_.name(name).list(items, [this](const Item& item) { write(item); });
    return *this;
  }

  void write(const IdRange& range) { json_.begin_list().value(range.first).value(range.end).end_list(); }
  void write(const std::pair<ShardId, SliceId>& stage) {
    json_.begin_list().value(stage.first).value(stage.second).end_list();
  }
  void write(const CellDeletion& cell) {
    json_.begin_object().field("shard", cell.cell.shard).field("slice", cell.cell.slice);
    list("ids", cell.ids);
    json_.field("references", cell.references).field("subjects", cell.subjects).end_object();
  }
  void write(const AcceptedRequest& request) {
    json_.begin_object().field("id", request.id).field("requested_by", request.requested_by);
    json_.field("content", request.content).field("received_at", request.received_at);
    json_.field("due_at", request.due_at).field("regulation", request.regulation);
    json_.field("requested", request.requested).field("already_absent", request.already_absent);
    json_.field("unknown", request.unknown).field("removed", request.removed);
    list("cells", request.cells);
    json_.end_object();
  }
  void write(const ServedState& state) {
    json_.begin_object().field("shard", state.shard).field("stages", state.stages);
    json_.field("model_digest", state.model).field("live_root", state.live_root).end_object();
  }
  void write(const SupersededFile& file) {
    json_.begin_object().field("shard", file.shard).field("stage", file.stage).field("file", file.name);
    json_.field("digest", file.digest).field("model_digest", file.model);
    json_.field("live_root", file.live_root).end_object();
  }
  void write(const FileFate& file) {
    json_.begin_object().field("shard", file.shard).field("file", file.name).field("digest", file.digest);
    json_.field("fate", file.fate).end_object();
  }

  JsonWriter& json_;
};

}  // namespace

std::string text_without_hash(const JournalLine& line) {
  JsonWriter json;
  json.begin_object().field("format_version", kJournalVersion).field("number", line.number);
  json.field("at", to_text(line.at)).field("state", state_name(line.entry));
  std::visit(EntryWriter(json), line.entry);
  return json.field("previous", line.previous).end_object().take();
}

}  // namespace expunge
