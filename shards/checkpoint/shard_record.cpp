// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/checkpoint/shard_record.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "framework/core/error.hpp"

namespace expunge {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kRecordFormat = "expunge-shard";
constexpr std::uint64_t kFormatVersion = 3;
constexpr std::uint64_t kOldestVersion = 2;  // without approximations
constexpr std::array<std::string_view, 3> kGuarantees{"none", "heuristic", "certified"};

std::filesystem::path record_path(const std::filesystem::path& run, ShardId shard, Generation generation) {
  return shard_folder(run, shard) / record_name(generation);
}

bool is_plain_name(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos &&
         name.find('\0') == std::string::npos;
}

/// One object of the document, with the place that messages call it by.
class Fields {
 public:
  Fields(const Json& object, std::string place) : object_(object), place_(std::move(place)) {
    if (!object.is_object()) throw Failure(place_ + ": expected an object, found " + object.type_name());
  }

  void check_names(std::initializer_list<std::string_view> expected, std::uint64_t version = kFormatVersion) const {
    for (const auto name : expected)
      if (!object_.contains(name)) throw Failure(fmt::format("{}: the field '{}' is missing", place_, name));
    for (const auto& [name, value] : object_.items())
      if (std::ranges::find(expected, name) == expected.end())
        throw Failure(fmt::format("{}: the field '{}' does not belong in format version {}", place_, name, version));
  }

  [[nodiscard]] const Json& at(std::string_view name) const {
    if (!object_.contains(name)) throw Failure(fmt::format("{}: the field '{}' is missing", place_, name));
    return object_.at(std::string(name));
  }

  [[nodiscard]] std::uint64_t count(std::string_view name,
                                    std::uint64_t most = std::numeric_limits<std::uint64_t>::max()) const {
    const Json& value = at(name);
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > most)
      throw wrong(name, fmt::format("an integer in 0 … {}", most));
    return value.get<std::uint64_t>();
  }

  [[nodiscard]] double seconds(std::string_view name) const {
    const Json& value = at(name);
    if (!value.is_number() || !std::isfinite(value.get<double>()) || value.get<double>() < 0)
      throw wrong(name, "a number of at least 0");
    return value.get<double>();
  }

  [[nodiscard]] std::string text(std::string_view name) const {
    const Json& value = at(name);
    if (!value.is_string()) throw wrong(name, "a text");
    return value.get<std::string>();
  }

  [[nodiscard]] const Json& list(std::string_view name) const {
    if (!at(name).is_array()) throw wrong(name, "a list");
    return at(name);
  }

  /// Numbers from 1, ascending, at least one.
  [[nodiscard]] std::vector<std::uint64_t> batches(std::string_view name) const {
    std::vector<std::uint64_t> batches;
    for (const Json& value : list(name)) {
      if (!value.is_number_unsigned() || value.get<std::uint64_t>() <= (batches.empty() ? 0 : batches.back()))
        throw wrong(name, "numbers of batches, ascending from 1");
      batches.push_back(value.get<std::uint64_t>());
    }
    if (batches.empty()) throw wrong(name, "at least one batch");
    return batches;
  }

  [[nodiscard]] StoredFile file() const {
    StoredFile file;
    file.name = text("file");
    if (!is_plain_name(file.name)) throw wrong("file", "the plain name of a file in this folder");
    file.digest = digest("digest");
    file.bytes = count("bytes");
    return file;
  }

  [[nodiscard]] Digest digest(std::string_view name) const {
    const std::string hex = text(name);
    try {
      return Digest::from_hex(hex);
    } catch (const Failure&) {
      throw wrong(name, "64 hexadecimal digits");
    }
  }

  [[nodiscard]] Failure wrong(std::string_view name, const std::string& expected) const {
    return Failure(fmt::format("{}: the field '{}' is {}, expected {}", place_, name, at(name).dump(), expected));
  }

 private:
  const Json& object_;
  std::string place_;
};

/// `gap`: stages may be left out before this one.
SliceRecord read_slice_record(const Json& object, const std::string& place, std::uint64_t stage, bool gap = false) {
  const Fields fields(object, place);
  fields.check_names({"stage", "samples", "file", "digest", "bytes", "model_digest", "live_root", "sample_gradients",
                      "train_seconds"});
  const std::uint64_t found = fields.count("stage", std::numeric_limits<std::uint32_t>::max());
  if (gap && found < stage) throw fields.wrong("stage", fmt::format("at least {}: it follows on the others", stage));
  if (!gap && found != stage) throw fields.wrong("stage", fmt::format("{}: stages go up from 1 without gaps", stage));
  SliceRecord slice;
  slice.stage = SliceId(static_cast<std::uint32_t>(found));
  slice.samples = fields.count("samples");
  slice.file = fields.file();
  slice.model = fields.digest("model_digest");
  slice.live_root = fields.digest("live_root");
  slice.sample_gradients = fields.count("sample_gradients");
  slice.train_seconds = fields.seconds("train_seconds");
  return slice;
}

TaintedStage read_tainted_stage(const Json& object, const std::string& place, std::uint64_t stage) {
  const Fields fields(object, place);
  fields.check_names({"slice", "offsets", "tainted_by"});
  TaintedStage tainted;
  tainted.slice = read_slice_record(fields.at("slice"), place + ".slice", stage);
  const Json& offsets = fields.list("offsets");
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    const Fields offset(offsets[i], fmt::format("{}.offsets[{}]", place, i));
    offset.check_names({"file", "digest", "bytes"});
    tainted.offsets.push_back(offset.file());
  }
  tainted.tainted_by = fields.batches("tainted_by");
  return tainted;
}

/// `stages`: how many exact ones come before.
Approximation read_approximation(const Json& object, const std::string& place, std::uint64_t stages) {
  const Fields fields(object, place);
  fields.check_names({"method", "guarantee", "batches", "tail", "served", "sample_gradients", "forward_passes",
                      "hessian_vector_products", "seconds", "evidence"});
  Approximation approximation;
  approximation.method = fields.text("method");
  if (approximation.method.empty()) throw fields.wrong("method", "the SPEC of a method");
  approximation.guarantee = fields.text("guarantee");
  if (std::ranges::find(kGuarantees, approximation.guarantee) == kGuarantees.end())
    throw fields.wrong("guarantee", "'none', 'heuristic' or 'certified'");
  approximation.batches = fields.batches("batches");
  const Json& tail = fields.list("tail");
  for (std::size_t i = 0; i < tail.size(); ++i)
    approximation.tail.push_back(read_tainted_stage(tail[i], fmt::format("{}.tail[{}]", place, i), stages + i + 1));
  // A method without a trajectory leaves a gap before what is served.
  if (!fields.at("served").is_null())
    approximation.served =
        read_slice_record(fields.at("served"), place + ".served", stages + tail.size() + 1, tail.empty());
  approximation.sample_gradients = fields.count("sample_gradients");
  approximation.forward_passes = fields.count("forward_passes");
  approximation.hessian_vector_products = fields.count("hessian_vector_products");
  approximation.seconds = fields.seconds("seconds");
  const Json& evidence = fields.at("evidence");
  if (!evidence.is_null() && !evidence.is_object()) throw fields.wrong("evidence", "an object or null");
  if (evidence.is_object()) approximation.evidence = evidence.dump();
  return approximation;
}

ShardRecord read_record(const Json& document, const std::string& path, ShardId shard) {
  const Fields fields(document, path);
  if (fields.text("format") != kRecordFormat) throw fields.wrong("format", fmt::format("'{}'", kRecordFormat));
  const std::uint64_t version = fields.count("format_version");
  if (version < kOldestVersion || version > kFormatVersion)
    throw Failure(fmt::format("{}: format_version is {}, and this program reads versions {} and {}{}", path, version,
                              kOldestVersion, kFormatVersion,
                              version > kFormatVersion ? ": use the newer release that wrote it" : ""));
  if (version == kOldestVersion)
    fields.check_names({"format", "format_version", "shard", "generation", "respects", "slices"}, version);
  else
    fields.check_names({"format", "format_version", "shard", "generation", "respects", "slices", "approximation"});
  if (fields.count("shard") != shard.value())
    throw fields.wrong("shard", fmt::format("{}, as its folder says", shard.value()));
  ShardRecord record;
  record.shard = shard;
  record.generation = fields.count("generation");
  record.respects = fields.count("respects");
  const Json& slices = fields.list("slices");
  for (std::size_t i = 0; i < slices.size(); ++i)
    record.slices.push_back(read_slice_record(slices[i], fmt::format("{}: slices[{}]", path, i), i + 1));
  if (version > kOldestVersion && !fields.at("approximation").is_null())
    record.approximation =
        read_approximation(fields.at("approximation"), path + ": approximation", record.slices.size());
  return record;
}

// ---- writing: what the reader would refuse must not be written

/// A record that says what no reader would take.
Bug contradiction(ShardId shard, const std::string& what) {
  return Bug(fmt::format("shard {} can't record {}", shard.value(), what));
}

void check_file(ShardId shard, const StoredFile& file) {
  if (!is_plain_name(file.name)) throw contradiction(shard, fmt::format("a file called '{}'", file.name));
}

Json file_json(ShardId shard, const StoredFile& file) {
  check_file(shard, file);
  return {{"file", file.name}, {"digest", file.digest.hex()}, {"bytes", file.bytes}};
}

double checked_seconds(ShardId shard, double seconds) {
  if (!std::isfinite(seconds) || seconds < 0) throw contradiction(shard, fmt::format("{} seconds", seconds));
  return seconds;
}

/// `stages`: how many come before.
void check_stage(ShardId shard, std::uint64_t stage, std::size_t stages, bool gap = false) {
  if (gap ? stage <= stages : stage != stages + 1)
    throw contradiction(shard, fmt::format("stage {} after {} others", stage, stages));
}

/// `slice_json` of every slice, as `dump(2)` has it in the document. A record is written after each stage: of hundreds,
/// building and throwing away a tree of their fields would take as long as training one.
std::string slices_text(const ShardRecord& record) {
  std::string text = "[";
  std::size_t stages = 0;
  for (const auto& slice : record.slices) {
    check_stage(record.shard, slice.stage.value(), stages);
    check_file(record.shard, slice.file);
    fmt::format_to(std::back_inserter(text),
                   R"({}
    {{
      "stage": {},
      "samples": {},
      "file": {},
      "digest": "{}",
      "bytes": {},
      "model_digest": "{}",
      "live_root": "{}",
      "sample_gradients": {},
      "train_seconds": {}
    }})",
                   stages++ == 0 ? "" : ",", slice.stage.value(), slice.samples, Json(slice.file.name).dump(),
                   slice.file.digest.hex(), slice.file.bytes, slice.model.hex(), slice.live_root.hex(),
                   slice.sample_gradients, Json(checked_seconds(record.shard, slice.train_seconds)).dump());
  }
  return text + (record.slices.empty() ? "]" : "\n  ]");
}

Json slice_json(ShardId shard, const SliceRecord& slice, std::size_t stages, bool gap = false) {
  const std::uint64_t stage = slice.stage.value();
  check_stage(shard, stage, stages, gap);
  Json json{{"stage", stage}, {"samples", slice.samples}};
  json.update(file_json(shard, slice.file));
  json.update({{"model_digest", slice.model.hex()},
               {"live_root", slice.live_root.hex()},
               {"sample_gradients", slice.sample_gradients},
               {"train_seconds", checked_seconds(shard, slice.train_seconds)}});
  return json;
}

const std::vector<std::uint64_t>& checked_batches(ShardId shard, const std::vector<std::uint64_t>& batches) {
  if (batches.empty() || batches.front() == 0 ||
      std::ranges::adjacent_find(batches, std::greater_equal{}) != batches.end())
    throw contradiction(shard, fmt::format("the batches [{}]", fmt::join(batches, ", ")));
  return batches;
}

Json approximation_json(const ShardRecord& record) {
  if (!record.approximation) return nullptr;
  const ShardId shard = record.shard;
  const Approximation& approximation = *record.approximation;
  if (approximation.method.empty() || std::ranges::find(kGuarantees, approximation.guarantee) == kGuarantees.end())
    throw contradiction(shard, fmt::format("an approximation by '{}' with the guarantee '{}'", approximation.method,
                                           approximation.guarantee));
  std::size_t stages = record.slices.size();
  Json tail = Json::array();
  for (const auto& stage : approximation.tail) {
    Json offsets = Json::array();
    for (const auto& offset : stage.offsets) offsets.push_back(file_json(shard, offset));
    tail.push_back({{"slice", slice_json(shard, stage.slice, stages++)},
                    {"offsets", std::move(offsets)},
                    {"tainted_by", checked_batches(shard, stage.tainted_by)}});
  }
  Json evidence;
  if (!approximation.evidence.empty()) evidence = Json::parse(approximation.evidence, nullptr, false);
  if (!evidence.is_null() && !evidence.is_object()) throw contradiction(shard, "evidence that is no JSON object");
  return {{"method", approximation.method},
          {"guarantee", approximation.guarantee},
          {"batches", checked_batches(shard, approximation.batches)},
          {"tail", std::move(tail)},
          {"served", approximation.served ? slice_json(shard, *approximation.served, stages, approximation.tail.empty())
                                          : Json(nullptr)},
          {"sample_gradients", approximation.sample_gradients},
          {"forward_passes", approximation.forward_passes},
          {"hessian_vector_products", approximation.hessian_vector_products},
          {"seconds", checked_seconds(shard, approximation.seconds)},
          {"evidence", std::move(evidence)}};
}

}  // namespace

std::filesystem::path shard_folder(const std::filesystem::path& run, ShardId shard) {
  return run / "shards" / fmt::format("{:04}", shard.value());
}

std::string how_to_mend(const std::filesystem::path& run, ShardId shard) {
  return fmt::format(
      "restore it from a copy, or remove the folder {} and run 'expunge train --run {}', which trains the shard anew "
      "to the same bits",
      shard_folder(run, shard).string(), run.string());
}

std::string record_name(Generation generation) {
  return generation == Generation::kCurrent ? "shard.json" : "next.json";
}

double ShardRecord::train_seconds() const {
  double seconds = 0;
  for (const auto& slice : slices) seconds += slice.train_seconds;
  return seconds;
}

std::uint64_t ShardRecord::sample_gradients() const {
  std::uint64_t count = 0;
  for (const auto& slice : slices) count += slice.sample_gradients;
  return count;
}

const SliceRecord* ShardRecord::served() const {
  if (approximation) return approximation->served ? &*approximation->served : nullptr;
  return slices.empty() ? nullptr : &slices.back();
}

std::uint32_t ShardRecord::served_stage() const {
  const SliceRecord* state = served();
  return state == nullptr ? 0 : state->stage.value();
}

std::vector<StoredFile> ShardRecord::files() const {
  std::vector<StoredFile> files;
  for (const auto& slice : slices) files.push_back(slice.file);
  if (!approximation) return files;
  for (const auto& stage : approximation->tail) {
    files.push_back(stage.slice.file);
    files.insert(files.end(), stage.offsets.begin(), stage.offsets.end());
  }
  if (approximation->served) files.push_back(approximation->served->file);
  return files;
}

void write_shard_record(FileSystem& files, const std::filesystem::path& run, const ShardRecord& record,
                        Generation generation) {
  Json approximation = approximation_json(record);
  const Json document{{"format", kRecordFormat},
                      {"format_version", kFormatVersion},
                      {"shard", record.shard.value()},
                      {"generation", record.generation},
                      {"respects", record.respects},
                      {"slices", Json::array()},
                      {"approximation", std::move(approximation)}};
  std::string text = document.dump(2) + "\n";
  constexpr std::string_view kNone = R"("slices": [])";
  text.replace(text.find(kNone) + kNone.size() - 2, 2, slices_text(record));  // the first: only numbers come before
  files.make_directory(shard_folder(run, record.shard));
  publish(files, record_path(run, record.shard, generation), bytes_of(text));
}

std::optional<ShardRecord> read_shard_record(const std::filesystem::path& run, ShardId shard, Generation generation) {
  const std::filesystem::path path = record_path(run, shard, generation);
  std::error_code error;
  if (std::filesystem::status(path, error).type() == std::filesystem::file_type::not_found) return std::nullopt;
  const Bytes bytes = read_file(path);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  Json document;
  try {
    document = Json::parse(text);
  } catch (const Json::exception& exception) {
    throw Failure(fmt::format("{} is not JSON ({}): {}", path.string(), exception.what(), how_to_mend(run, shard)));
  }
  return read_record(document, path.string(), shard);
}

}  // namespace expunge
