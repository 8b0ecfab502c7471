// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "launcher/commands/inspect.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "framework/config/option_table.hpp"
#include "framework/data/dataset.hpp"
#include "launcher/constituent_model.hpp"
#include "launcher/data_spec.hpp"
#include "launcher/run_directory.hpp"
#include "launcher/standard_output.hpp"
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
                      {"sample_gradients", record.sample_gradients},
                      {"train_seconds", record.train_seconds},
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

std::string human_bytes(std::uint64_t bytes) {
  if (bytes < 10'000) return fmt::format("{} B", bytes);
  if (bytes < 10'000'000) return fmt::format("{:.1f} kB", static_cast<double>(bytes) / 1e3);
  if (bytes < 10'000'000'000) return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
  return fmt::format("{:.1f} GB", static_cast<double>(bytes) / 1e9);
}

std::string text_of(const Json& number, const char* format) {
  return number.is_null() ? "-" : fmt::format(fmt::runtime(format), number.get<double>());
}

void print_run(const Json& json) {
  const auto& c = json["configuration"];
  const auto as_text = [](const Json& value) { return value.get<std::string>(); };
  fmt::print("run      {}\n", as_text(json["run"]));
  fmt::print("data     {}\n", as_text(json["data"]));
  fmt::print("model    {}, {} slicing, {} (lr {}), {} step\n", as_text(c["model"]), as_text(c["slicing"]),
             as_text(c["optimizer"]), as_text(c["lr"]), as_text(c["step"]));
  fmt::print("samples  {} ({} live) in {} shards x {} slices, placed by {}\n", json["samples"].get<std::uint64_t>(),
             json["live"].get<std::uint64_t>(), as_text(c["shards"]), as_text(c["slices"]), as_text(c["placed-by"]));
  fmt::print("state    {} of {} shards complete, {} of checkpoints\n", json["shards_complete"].get<std::uint64_t>(),
             json["shards"].size(), human_bytes(json["bytes"].get<std::uint64_t>()));
  if (const auto& evaluation = json["evaluation"]; !evaluation.is_null())
    fmt::print("accuracy {} by {} vote on {}{}\n", text_of(evaluation["accuracy"], "{:.4f}"),
               as_text(evaluation["vote"]), as_text(evaluation["data"]),
               evaluation["of_these_models"].get<bool>() ? "" : " (of models that have changed since)");
  fmt::print("\n{:>5}  {:>6}  {:>9}  {:>10}  {:>9}  {:>8}  {:<16}  {}\n", "shard", "stages", "samples", "checkpoints",
             "train s", "accuracy", "model digest", "samples of its slices");
  for (const auto& shard : json["shards"]) {
    std::uint64_t bytes = 0;
    std::vector<std::uint64_t> sizes;
    for (const auto& slice : shard["slices"]) {
      bytes += slice["bytes"].get<std::uint64_t>();
      sizes.push_back(slice["samples"].get<std::uint64_t>());
    }
    const std::size_t shown = std::min<std::size_t>(sizes.size(), 8);
    const std::string slices =
        fmt::format("{}{}", fmt::join(sizes.begin(), sizes.begin() + static_cast<std::ptrdiff_t>(shown), " "),
                    shown < sizes.size() ? fmt::format(" … ({} slices)", sizes.size()) : "");
    fmt::print("{:>5}  {:>6}  {:>9}  {:>11}  {:>9.1f}  {:>8}  {:<16}  {}\n", shard["shard"].get<std::uint64_t>(),
               fmt::format("{}/{}{}", shard["stages"].get<std::uint64_t>(), sizes.size(),
                           shard["progress_kept"].get<bool>() ? "+" : ""),
               shard["samples"].get<std::uint64_t>(), human_bytes(bytes), shard["train_seconds"].get<double>(),
               text_of(shard["accuracy"], "{:.4f}"),
               shard["model_digest"].is_null() ? "-" : as_text(shard["model_digest"]).substr(0, 16), slices);
  }
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
  fmt::print(
      "sample   {} (row {}, label {}{})\n", json["sample"].get<std::uint64_t>(), json["row"].get<std::uint64_t>(),
      json["label"].get<std::int64_t>(),
      json["subject"].is_null() ? std::string() : fmt::format(", subject {}", json["subject"].get<std::string>()));
  fmt::print("lives    in slice {} of shard {}\n", json["slice"].get<std::uint64_t>(),
             json["shard"].get<std::uint64_t>());
  fmt::print("seen by  {} checkpoints\n", json["seen_by"].size());
  for (const auto& file : json["seen_by"]) fmt::print("           {}\n", file.get<std::string>());
  fmt::print("to forget it: {} stages to retrain, {} sample-gradients\n",
             json["request"]["stages_to_retrain"].get<std::uint64_t>(),
             json["request"]["sample_gradients"].get<std::uint64_t>());
}

}  // namespace

Exit run_inspect(std::span<const std::string> arguments) {
  OptionTable table("inspect", "What is in a run, and where a sample lives. Reads only.");
  std::string run;
  std::string data;
  std::optional<std::int64_t> sample;
  table.text("run", &run).required().placeholder("DIR").help("the run directory");
  table.optional_integer("sample", &sample)
      .range(std::int64_t{0}, std::numeric_limits<std::int64_t>::max())
      .help("show where this sample lives, what saw it, and what forgetting it would cost");
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
