// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "aggregation/report/text_table.hpp"
#include "framework/config/option_table.hpp"
#include "framework/core/error.hpp"
#include "framework/data/dataset.hpp"
#include "launcher/commands/commands.hpp"
#include "launcher/process/byte_text.hpp"
#include "launcher/process/standard_output.hpp"
#include "launcher/run/approximation_report.hpp"
#include "launcher/run/opened_run.hpp"
#include "launcher/run/run_directory.hpp"
#include "launcher/serving/constituent_model.hpp"
#include "shards/checkpoint/slice_file.hpp"
#include "shards/partition/partitioner.hpp"
#include "shards/partition/references.hpp"
#include "shards/policy/plan.hpp"

namespace expunge {

namespace {

using Json = nlohmann::ordered_json;

/// A count of a document that is shown.
std::uint64_t whole(const Json& number) {
  return number.get<std::uint64_t>();
}

/// A text of it; "-" where there is none.
std::string word(const Json& text) {
  return text.is_null() ? "-" : text.get<std::string>();
}

/// Nothing depends on that file, so one that is not what `evaluate` writes is passed over.
bool is_evaluation(const Json& document) {
  if (!document.is_object()) return false;
  const auto accuracy = document.find("accuracy");
  if (accuracy == document.end() || !(accuracy->is_number() || accuracy->is_null())) return false;
  for (const char* name : {"data", "vote"})
    if (!document.contains(name) || !document[name].is_string()) return false;
  const auto constituents = document.find("constituents");
  if (constituents == document.end() || !constituents->is_array()) return false;
  return std::ranges::all_of(*constituents, [](const Json& one) {
    return one.is_object() && one.contains("shard") && one["shard"].is_number_unsigned() && one.contains("accuracy") &&
           (one["accuracy"].is_number() || one["accuracy"].is_null());
  });
}

std::optional<Json> last_evaluation(const RunDirectory& directory) {
  std::error_code unreadable;
  if (!std::filesystem::is_regular_file(directory.evaluation_path(), unreadable)) return std::nullopt;
  const Bytes bytes = read_file(directory.evaluation_path());
  Json document =
      Json::parse(reinterpret_cast<const char*>(bytes.data()),
                  reinterpret_cast<const char*>(bytes.data()) + bytes.size(), nullptr, /*allow_exceptions=*/false);
  if (!is_evaluation(document)) return std::nullopt;
  return document;
}

/// A shard's accuracy in the last evaluation, if that was of the model it serves now.
Json accuracy_of(const std::optional<Json>& evaluation, const ShardRecord& record) {
  if (!evaluation || record.served() == nullptr) return nullptr;
  for (const auto& constituent : evaluation->at("constituents"))
    if (constituent.value("shard", std::uint32_t{0}) == record.shard.value() && constituent.contains("model_digest") &&
        constituent["model_digest"] == record.served()->model.hex())
      return constituent.value("accuracy", Json(nullptr));
  return nullptr;
}

/// How far the deletions of a run have come.
Json describe_deletions(const RunRecords& run) {
  static constexpr std::array kStates{"accepted", "forgotten", "retrained", "published", "erased", "completed"};
  std::uint64_t requests = 0;
  Json batches = Json::array();
  for (const auto& line : run.journal.lines()) {
    const auto* accepted = std::get_if<BatchAccepted>(&line.entry);
    if (accepted == nullptr) continue;
    std::uint64_t samples = 0;
    for (const auto& request : accepted->requests) samples += request.deleted();
    requests += accepted->requests.size();
    batches.push_back({{"batch", accepted->batch},
                       {"accepted_at", to_text(line.at)},
                       {"method", accepted->method},
                       {"requests", accepted->requests.size()},
                       {"samples", samples},
                       {"state", kStates.at(static_cast<std::size_t>(run.history.state(accepted->batch)))}});
  }
  return {{"requests", requests},
          {"samples", run.history.deleted()},
          {"batches_pending", run.history.pending().size()},
          {"journal_lines", run.journal.length()},
          {"journal_head", run.journal.head().hex()},
          {"batches", batches}};
}

Json describe(const SliceRecord& slice) {
  return {{"slice", slice.stage.value()},      {"samples", slice.samples},  {"file", slice.file.name},
          {"digest", slice.file.digest.hex()}, {"bytes", slice.file.bytes}, {"model_digest", slice.model.hex()}};
}

/// Of each file once, however many stages share it.
std::uint64_t bytes_of_files(const ShardRecord& record) {
  std::map<std::string, std::uint64_t> sizes;
  for (const auto& file : record.files()) sizes.emplace(file.name, file.bytes);
  std::uint64_t bytes = 0;
  for (const auto& [name, size] : sizes) bytes += size;
  return bytes;
}

/// Every slice of a shard, with what is on record of the state after it.
Json describe_slices(const RunRecords& run, const ShardRecord& record) {
  Json slices = Json::array();
  for (const auto& slice : record.slices) slices.push_back(describe(slice));
  for (std::size_t r = record.slices.size() + 1; r <= run.manifest.configuration.slices; ++r) {
    const SliceId stage(static_cast<std::uint32_t>(r));
    slices.push_back({{"slice", r},
                      {"samples", run.live({record.shard, stage})},
                      {"file", nullptr},
                      {"digest", nullptr},
                      {"bytes", 0},
                      {"model_digest", nullptr}});
  }
  if (!record.approximation) return slices;
  for (const auto& stage : record.approximation->tail) {
    Json& slice = slices.at(stage.slice.stage.value() - 1);
    slice = describe(stage.slice);
    slice["tainted_by"] = stage.tainted_by;
    for (const auto& offset : stage.offsets) slice["offsets"].push_back(offset.name);
  }
  if (const auto& served = record.approximation->served) {
    slices.at(served->stage.value() - 1) = describe(*served);
    slices.at(served->stage.value() - 1)["approximate"] = record.approximation->method;
  }
  return slices;
}

Json describe_run(const RunDirectory& directory, const RunRecords& run) {
  const Manifest& manifest = run.manifest;
  const auto& records = run.shards;
  const auto& c = manifest.configuration;
  const auto evaluation = last_evaluation(directory);
  std::uint64_t bytes = 0;
  std::uint64_t complete = 0;
  bool evaluation_is_current = evaluation.has_value();
  Json shards = Json::array();
  for (const auto& record : records) {
    const std::size_t k = record.shard.value();
    const std::uint64_t bytes_here = bytes_of_files(record);
    bytes += bytes_here;
    std::uint64_t samples = 0;
    std::uint64_t live = 0;
    for (std::size_t r = 0; r < c.slices; ++r) {
      samples += manifest.cells[k][r];
      live += run.live({record.shard, SliceId(static_cast<std::uint32_t>(r) + 1)});
    }
    const bool is_complete = record.served_stage() == c.slices;
    complete += is_complete ? 1 : 0;
    const bool in_progress =
        !is_complete &&
        std::filesystem::exists(shard_folder(directory.path(), record.shard) /
                                progress_name(SliceId(static_cast<std::uint32_t>(record.slices.size()) + 1)));
    const Json accuracy = accuracy_of(evaluation, record);
    evaluation_is_current = evaluation_is_current && (!accuracy.is_null() || live == 0);
    shards.push_back({{"shard", k},
                      {"samples", samples},
                      {"live", live},
                      {"stale", run.history.is_stale(record)},
                      {"respects", record.respects},
                      {"stages", record.served_stage()},
                      {"complete", is_complete},
                      {"progress_kept", in_progress},
                      {"bytes", bytes_here},
                      {"approximate", approximation_json(record)},
                      {"model_digest", record.served() == nullptr ? Json(nullptr) : Json(record.served()->model.hex())},
                      {"accuracy", accuracy},
                      {"sample_gradients", record.sample_gradients()},
                      {"train_seconds", record.train_seconds()},
                      {"slices", describe_slices(run, record)}});
  }
  Json settings = Json::object();
  for (const auto& [name, value] : c.settings()) settings[name] = value;
  Json json{{"run", directory.path().string()},
            {"data", manifest.data},
            {"configuration", settings},
            {"configuration_digest", c.digest().hex()},
            {"seed_is_short", manifest.seed.is_short()},
            {"data_fingerprint", manifest.data_fingerprint.hex()},
            {"numerics", manifest.numerics},
            {"samples", manifest.samples()},
            {"live", run.live()},
            {"complete", complete == records.size()},
            {"shards_complete", complete},
            {"bytes", bytes},
            {"deletions", describe_deletions(run)},
            {"evaluation", nullptr},
            {"shards", shards}};
  if (evaluation)
    json["evaluation"] = {{"data", evaluation->value("data", "")},
                          {"accuracy", evaluation->value("accuracy", Json(nullptr))},
                          {"vote", evaluation->value("vote", "")},
                          {"of_these_models", evaluation_is_current}};
  return json;
}

std::string text_of(const Json& number, const char* format) {
  return number.is_null() ? "-" : fmt::format(fmt::runtime(format), number.get<double>());
}

/// "217 208 141 147", cut where there are many.
std::string slice_sizes(const Json& slices) {
  constexpr std::size_t kMostShown = 8;
  std::string text;
  for (std::size_t r = 0; r < std::min(slices.size(), kMostShown); ++r)
    text += fmt::format("{}{}", r > 0 ? " " : "", whole(slices[r]["samples"]));
  return slices.size() > kMostShown ? fmt::format("{} … ({} slices)", text, slices.size()) : text;
}

void print_head(const Json& json) {
  const auto& c = json["configuration"];
  fmt::print("run       {}\n", word(json["run"]));
  fmt::print("data      {}\n", word(json["data"]));
  fmt::print("model     {}, by {} with learning rate {}, {} slicing\n", word(c["model"]), word(c["optimizer"]),
             word(c["lr"]), word(c["slicing"]));
  fmt::print("samples   {}, {} of them live, in {} shards x {} slices by {}\n", whole(json["samples"]),
             whole(json["live"]), word(c["shards"]), word(c["slices"]), word(c["placed-by"]));
  fmt::print("state     {} of {} shards complete, {} of checkpoints\n", whole(json["shards_complete"]),
             json["shards"].size(), byte_text(whole(json["bytes"])));
  const auto& deletions = json["deletions"];
  const auto count = [](std::uint64_t n, const char* one, const char* more) {
    return fmt::format("{} {}", n, n == 1 ? one : more);
  };
  if (const auto pending = whole(deletions["batches_pending"]); whole(deletions["requests"]) > 0)
    fmt::print("deleted   {} by {}{}\n", count(whole(deletions["samples"]), "sample", "samples"),
               count(whole(deletions["requests"]), "request", "requests"),
               pending == 0 ? ""
                            : fmt::format(", {} not worked off: see 'expunge unlearn --recover'",
                                          count(pending, "batch", "batches")));
  if (const auto& evaluation = json["evaluation"]; !evaluation.is_null())
    fmt::print("accuracy  {} by {} vote on {}{}\n", text_of(evaluation["accuracy"], "{:.4f}"), word(evaluation["vote"]),
               word(evaluation["data"]),
               evaluation["of_these_models"].get<bool>() ? "" : " (of models that have changed since)");
}

void print_run(const Json& json) {
  constexpr std::size_t kShownDigits = 12;
  print_head(json);
  fmt::print("\n");
  TextTable table({"shard", "stages", "live", "checkpoints", "accuracy", "model digest", "samples by slice"},
                  TextTable::Last::kWords);
  for (const auto& shard : json["shards"]) {
    const auto& slices = shard["slices"];
    const char* sign = !shard["approximate"].is_null() ? "~" : shard["progress_kept"].get<bool>() ? "+" : "";
    table.row(
        {fmt::to_string(whole(shard["shard"])), fmt::format("{}/{}{}", whole(shard["stages"]), slices.size(), sign),
         fmt::to_string(whole(shard["live"])), byte_text(whole(shard["bytes"])), text_of(shard["accuracy"], "{:.4f}"),
         word(shard["model_digest"]).substr(0, kShownDigits), slice_sizes(slices)});
  }
  fmt::print("{}", table.text());
  bool any = false;
  for (const auto& shard : json["shards"]) {
    const auto& approximate = shard["approximate"];
    if (approximate.is_null()) continue;
    any = true;
    std::vector<std::string> batches;
    for (const auto& batch : approximate["batches"]) batches.push_back(fmt::to_string(whole(batch)));
    fmt::print(
        "~ shard {} is approximate, by {} (guarantee: {}): batch{} {}; exact up to stage {}; keeps {} file{} that "
        "saw deleted samples\n",
        whole(shard["shard"]), word(approximate["method"]), word(approximate["guarantee"]),
        batches.size() == 1 ? "" : "es", fmt::join(batches, " "), whole(approximate["exact_stages"]),
        whole(approximate["files_kept"]), whole(approximate["files_kept"]) == 1 ? "" : "s");
  }
  if (any) fmt::print("'expunge unlearn --run {} --heal' retrains exactly what is approximate\n", word(json["run"]));
}

/// The batch that deletes a sample.
std::uint64_t batch_of(const RunRecords& run, Cell cell, SampleId id) {
  const Digest reference = References(run.manifest.seed).of_sample(id);
  for (const auto& line : run.journal.lines()) {
    const auto* accepted = std::get_if<BatchAccepted>(&line.entry);
    if (accepted == nullptr) continue;
    for (const auto& request : accepted->requests)
      for (const auto& deletion : request.cells)
        if (deletion.cell == cell &&
            (std::ranges::any_of(deletion.ids,
                                 [&](const IdRange& ids) { return ids.first <= id.value() && id.value() < ids.end; }) ||
             std::ranges::binary_search(deletion.references, reference)))
          return accepted->batch;
  }
  throw Bug(fmt::format("sample {} is deleted by no batch", id.value()));
}

/// What of a shard's files saw a sample of one of its slices, or comes of what did; `batch` deletes it, 0: none does.
std::vector<std::string> files_that_saw(const RunRecords& run, const ShardRecord& record, SliceId slice,
                                        std::uint64_t batch) {
  std::vector<std::string> names;
  const auto list = [&](const std::string& name) {
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  };
  // Under either slicing a sample enters at its own stage and every later state descends from it.
  for (const auto& stage : record.slices)
    if (stage.stage >= slice && (batch == 0 || stage.stage.value() > run.history.untainted_stages(record)))
      list(stage.file.name);
  if (!record.approximation) return names;
  const Approximation& approximation = *record.approximation;
  const bool respected = batch != 0 && batch <= record.respects;
  for (const auto& stage : approximation.tail) {
    if (stage.slice.stage < slice || (respected && !std::ranges::binary_search(stage.tainted_by, batch))) continue;
    list(stage.slice.file.name);
    for (const auto& offset : stage.offsets) list(offset.name);
  }
  const bool comes_of_it = !respected || std::ranges::binary_search(approximation.batches, batch);
  if (approximation.served && comes_of_it) list(approximation.served->file.name);
  return names;
}

/// What `inspect --sample` says: where one sample lives, what saw it, and what forgetting it would cost. `data_text` is
/// where the run's data has moved; empty: what the manifest names. Throws Failure where that does not have the sample.
Json describe_sample(const RunDirectory& directory, const RunRecords& run, const std::string& data_text,
                     std::uint64_t id) {
  const auto& c = run.manifest.configuration;
  const std::string source = data_text.empty() ? run.manifest.data : data_text;
  const RunData opened = RunData::open(data_text, run);
  const Dataset& data = *opened.data;
  const bool live = !run.history.is_deleted(SampleId(id));
  const auto row = data.row_of(SampleId(id));
  if (!row)
    throw Failure(
        live ? fmt::format("{}: there is no sample {}", source, id)
             : fmt::format("{}: sample {} was deleted from the run, and is not in this data any more", source, id));
  const Cell cell = Partitioner(run.manifest.seed, c.shards, c.slices).cell_of_row(data, *row);
  const ShardRecord& record = run.shards[cell.shard.value()];
  const std::uint64_t batch = live ? 0 : batch_of(run, cell, SampleId(id));
  Json seen_by = Json::array();
  for (const auto& name : files_that_saw(run, record, cell.slice, batch))
    seen_by.push_back(
        (shard_folder(directory.path(), cell.shard) / name).lexically_relative(directory.path()).string());
  const bool approximately = record.approximation && record.approximation->served && batch <= record.respects;
  std::vector<std::uint64_t> slices;
  for (std::uint32_t r = 1; r <= c.slices; ++r) slices.push_back(run.live({cell.shard, SliceId(r)}));
  if (live) --slices[cell.slice.value() - 1];
  const SliceId first = record.approximation
                            ? std::min(cell.slice, SliceId(static_cast<std::uint32_t>(record.slices.size()) + 1))
                            : cell.slice;
  const auto subject = data.subject(*row);
  const References references(run.manifest.seed);
  return {{"sample", id},
          {"row", *row},
          {"label", data.label(*row)},
          {"subject", subject ? Json(std::string(*subject)) : Json(nullptr)},
          {"reference", references.of_sample(SampleId(id)).hex()},
          {"subject_reference", subject ? Json(references.of_subject(*subject).hex()) : Json(nullptr)},
          {"live", live},
          {"forgotten_approximately", !live && approximately && !seen_by.empty()},
          {"shard", cell.shard.value()},
          {"slice", cell.slice.value()},
          {"seen_by", seen_by},
          {"request", live ? Json{{"stages_to_retrain", c.slices - first.value() + 1},
                                  {"sample_gradients", cost_of_stages(c, slices, first)}}
                           : Json(nullptr)}};
}

void print_sample(const Json& json) {
  fmt::print("sample    {}, row {}, label {}{}\n", whole(json["sample"]), whole(json["row"]),
             json["label"].get<std::int64_t>(),
             json["subject"].is_null() ? "" : fmt::format(", subject {}", word(json["subject"])));
  fmt::print(
      "named     {} in proofs{}\n", word(json["reference"]),
      json["subject_reference"].is_null() ? "" : fmt::format(", its subject {}", word(json["subject_reference"])));
  fmt::print("lives in  shard {}, slice {}\n", whole(json["shard"]), whole(json["slice"]));
  fmt::print("seen by   {} checkpoint{}\n", json["seen_by"].size(), json["seen_by"].size() == 1 ? "" : "s");
  for (const auto& file : json["seen_by"]) fmt::print("            {}\n", word(file));
  const auto& request = json["request"];
  if (request.is_null()) {
    fmt::print("it was deleted: {}\n",
               json["seen_by"].empty() ? "nothing that votes has seen it"
               : json["forgotten_approximately"].get<bool>()
                   ? "approximately; these files, what votes among them, have seen it or come of what has"
                   : "what has seen it does not vote, and is still to be erased");
    return;
  }
  const std::uint64_t stages = whole(request["stages_to_retrain"]);
  fmt::print("forgetting it would retrain {} stage{}: {} sample-gradients\n", stages, stages == 1 ? "" : "s",
             whole(request["sample_gradients"]));
}

}  // namespace

Exit run_inspect(std::span<const std::string> arguments) {
  OptionTable table("inspect", "show what is in a run, and where a sample lives; reads only");
  std::string run;
  std::string data;
  std::optional<std::int64_t> sample;
  table.text("run", &run).required().placeholder("DIR").help("run directory");
  table.optional_integer("sample", &sample)
      .range(std::int64_t{0}, std::numeric_limits<std::int64_t>::max())
      .placeholder("ID")
      .help("where this sample lives, what saw it, and what forgetting it would cost");
  table.text("data", &data).placeholder("SPEC").help("with --sample: the run's data, where it has moved");
  if (table.parse(arguments) == OptionTable::Outcome::kPrinted) {
    fmt::print("{}", table.printed());
    return Exit::kDone;
  }
  const RunDirectory directory{run};
  const RunRecords records = RunRecords::read(directory);
  const Json json = sample ? describe_sample(directory, records, data, static_cast<std::uint64_t>(*sample))
                           : describe_run(directory, records);
  if (table.json())
    fmt::print("{}", document_text(json));
  else if (sample)
    print_sample(json);
  else
    print_run(json);
  return Exit::kDone;
}

}  // namespace expunge
