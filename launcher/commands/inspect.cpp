// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/commands/inspect.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "aggregation/report/text_table.hpp"
#include "framework/config/option_table.hpp"
#include "framework/data/dataset.hpp"
#include "launcher/process/byte_text.hpp"
#include "launcher/process/standard_output.hpp"
#include "launcher/run/data_spec.hpp"
#include "launcher/run/run_directory.hpp"
#include "launcher/serving/constituent_model.hpp"
#include "shards/checkpoint/slice_file.hpp"
#include "shards/partition/partitioner.hpp"
#include "shards/train/stage_plan.hpp"

namespace expunge {

namespace {

using Json = nlohmann::ordered_json;

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
  if (!evaluation || record.slices.empty()) return nullptr;
  for (const auto& constituent : evaluation->at("constituents"))
    if (constituent.value("shard", std::uint32_t{0}) == record.shard.value() && constituent.contains("model_digest") &&
        constituent["model_digest"] == record.slices.back().model.hex())
      return constituent.value("accuracy", Json(nullptr));
  return nullptr;
}

Json describe_run(const RunDirectory& directory, const Manifest& manifest, const std::vector<ShardRecord>& records) {
  const auto& c = manifest.configuration;
  const auto evaluation = last_evaluation(directory);
  std::uint64_t bytes = 0;
  std::uint64_t complete = 0;
  bool evaluation_is_current = evaluation.has_value();
  Json shards = Json::array();
  for (const auto& record : records) {
    const std::size_t k = record.shard.value();
    Json slices = Json::array();
    for (const auto& slice : record.slices) {
      bytes += slice.file.bytes;
      slices.push_back({{"slice", slice.stage.value()},
                        {"samples", slice.samples},
                        {"file", slice.file.name},
                        {"digest", slice.file.digest.hex()},
                        {"bytes", slice.file.bytes},
                        {"model_digest", slice.model.hex()}});
    }
    for (std::size_t r = record.slices.size(); r < c.slices; ++r)
      slices.push_back({{"slice", r + 1},
                        {"samples", manifest.cells[k][r]},
                        {"file", nullptr},
                        {"digest", nullptr},
                        {"bytes", 0},
                        {"model_digest", nullptr}});
    std::uint64_t samples = 0;
    for (const auto& slice : slices) samples += slice["samples"].get<std::uint64_t>();
    const bool is_complete = record.slices.size() == c.slices;
    complete += is_complete ? 1 : 0;
    const bool in_progress =
        !is_complete &&
        std::filesystem::exists(shard_folder(directory.path(), record.shard) /
                                progress_name(SliceId(static_cast<std::uint32_t>(record.slices.size()) + 1)));
    const Json accuracy = accuracy_of(evaluation, record);
    evaluation_is_current = evaluation_is_current && (!accuracy.is_null() || samples == 0);
    shards.push_back({{"shard", k},
                      {"samples", samples},
                      {"live", samples},
                      {"stages", record.slices.size()},
                      {"complete", is_complete},
                      {"progress_kept", in_progress},
                      {"model_digest", record.slices.empty() ? Json(nullptr) : Json(record.slices.back().model.hex())},
                      {"accuracy", accuracy},
                      {"sample_gradients", record.sample_gradients()},
                      {"train_seconds", record.train_seconds()},
                      {"slices", slices}});
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
            {"live", manifest.samples()},
            {"complete", complete == records.size()},
            {"shards_complete", complete},
            {"bytes", bytes},
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

std::uint64_t whole(const Json& number) {
  return number.get<std::uint64_t>();
}

std::string word(const Json& text) {
  return text.is_null() ? "-" : text.get<std::string>();
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
  if (const auto& evaluation = json["evaluation"]; !evaluation.is_null())
    fmt::print("accuracy  {} by {} vote on {}{}\n", text_of(evaluation["accuracy"], "{:.4f}"), word(evaluation["vote"]),
               word(evaluation["data"]),
               evaluation["of_these_models"].get<bool>() ? "" : " (of models that have changed since)");
}

void print_run(const Json& json) {
  constexpr std::size_t kShownDigits = 12;
  print_head(json);
  fmt::print("\n");
  TextTable table({"shard", "stages", "samples", "checkpoints", "accuracy", "model digest", "samples by slice"},
                  TextTable::Last::kWords);
  for (const auto& shard : json["shards"]) {
    const auto& slices = shard["slices"];
    std::uint64_t bytes = 0;
    for (const auto& slice : slices) bytes += whole(slice["bytes"]);
    table.row(
        {fmt::to_string(whole(shard["shard"])),
         fmt::format("{}/{}{}", whole(shard["stages"]), slices.size(), shard["progress_kept"].get<bool>() ? "+" : ""),
         fmt::to_string(whole(shard["samples"])), byte_text(bytes), text_of(shard["accuracy"], "{:.4f}"),
         word(shard["model_digest"]).substr(0, kShownDigits), slice_sizes(slices)});
  }
  fmt::print("{}", table.text());
}

/// Where one sample lives, what saw it, and what forgetting it would cost.
Json describe_sample(const RunDirectory& directory, const Manifest& manifest, const std::vector<ShardRecord>& records,
                     const std::string& data_text, std::uint64_t id) {
  const auto& c = manifest.configuration;
  const std::string source = data_text.empty() ? manifest.data : data_text;
  const auto data = open_data_of_run(data_text, manifest.data);
  if (data->has_subjects() != c.placed_by_subject)
    throw UsageError(fmt::format("{}: the run places samples by {} and this data {} subjects: give the data of the run",
                                 source, c.placed_by_subject ? "subject" : "sample id",
                                 data->has_subjects() ? "has" : "has no"));
  const auto row = data->row_of(SampleId(id));
  if (!row) throw Failure(fmt::format("{}: there is no sample {}", source, id));
  const Partitioner partitioner(manifest.seed, c.shards, c.slices);
  const Cell cell = partitioner.cell_of_row(*data, *row);
  const ShardRecord& record = records[cell.shard.value()];
  const bool cumulative = c.slicing == Slicing::kCumulative;
  // Under either slicing a sample enters at its own stage and every later state descends from it.
  Json seen_by = Json::array();
  for (const auto& slice : record.slices)
    if (slice.stage >= cell.slice)
      seen_by.push_back(
          (shard_folder(directory.path(), cell.shard) / slice.file.name).lexically_relative(directory.path()).string());
  std::uint64_t cost = 0;
  std::uint64_t n = 0;
  for (std::uint32_t r = 1; r <= c.slices; ++r) {
    const std::uint64_t here = manifest.cells[cell.shard.value()][r - 1] - (r == cell.slice.value() ? 1 : 0);
    n = cumulative ? n + here : here;
    if (r >= cell.slice.value()) cost += stage_visits(c, n);
  }
  const auto subject = data->subject(*row);
  return {{"sample", id},
          {"row", *row},
          {"label", data->label(*row)},
          {"subject", subject ? Json(std::string(*subject)) : Json(nullptr)},
          {"live", true},
          {"shard", cell.shard.value()},
          {"slice", cell.slice.value()},
          {"seen_by", seen_by},
          {"request", {{"stages_to_retrain", c.slices - cell.slice.value() + 1}, {"sample_gradients", cost}}}};
}

void print_sample(const Json& json) {
  const auto& request = json["request"];
  const std::uint64_t stages = whole(request["stages_to_retrain"]);
  fmt::print("sample    {}, row {}, label {}{}\n", whole(json["sample"]), whole(json["row"]),
             json["label"].get<std::int64_t>(),
             json["subject"].is_null() ? "" : fmt::format(", subject {}", word(json["subject"])));
  fmt::print("lives in  shard {}, slice {}\n", whole(json["shard"]), whole(json["slice"]));
  fmt::print("seen by   {} checkpoint{}\n", json["seen_by"].size(), json["seen_by"].size() == 1 ? "" : "s");
  for (const auto& file : json["seen_by"]) fmt::print("            {}\n", word(file));
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
  const Manifest manifest = directory.manifest();
  const auto records = directory.shard_records(manifest);
  const Json json = sample ? describe_sample(directory, manifest, records, data, static_cast<std::uint64_t>(*sample))
                           : describe_run(directory, manifest, records);
  if (table.json())
    fmt::print("{}", document_text(json));
  else if (sample)
    print_sample(json);
  else
    print_run(json);
  return Exit::kDone;
}

}  // namespace expunge
