// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/checkpoint/shard_record.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "framework/core/error.hpp"
#include "framework/text/json_fields.hpp"
#include "framework/text/json_writer.hpp"

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

/// Numbers from 1, ascending, at least one.
std::vector<std::uint64_t> read_batches(const JsonField& field) {
  const auto batches = field.list([](const JsonField& batch) { return batch.count(); });
  if (batches.empty()) throw field.wrong("at least one batch");
  if (batches.front() == 0 || std::ranges::adjacent_find(batches, std::greater_equal{}) != batches.end())
    throw field.wrong("numbers of batches, ascending from 1");
  return batches;
}

StoredFile read_file_of(JsonObject& object) {
  StoredFile file;
  const JsonField name = object.at("file");
  file.name = name.text();
  if (!is_plain_name(file.name)) throw name.wrong("the plain name of a file in this folder");
  file.digest = object.at("digest").digest();
  file.bytes = object.at("bytes").count();
  return file;
}

StoredFile read_offset(const JsonField& field) {
  JsonObject object(field);
  StoredFile file = read_file_of(object);
  object.finish(kFormatVersion);
  return file;
}

/// `gap`: stages may be left out before this one.
SliceRecord read_slice_record(const JsonField& field, std::uint64_t stage, bool gap = false) {
  JsonObject object(field);
  SliceRecord slice;
  const JsonField number = object.at("stage");
  slice.stage = number.id<SliceId>();
  if (gap && slice.stage.value() < stage)
    throw number.wrong(fmt::format("at least {}: it follows on the others", stage));
  if (!gap && slice.stage.value() != stage)
    throw number.wrong(fmt::format("{}: stages go up from 1 without gaps", stage));
  slice.samples = object.at("samples").count();
  slice.file = read_file_of(object);
  slice.model = object.at("model_digest").digest();
  slice.live_root = object.at("live_root").digest();
  slice.sample_gradients = object.at("sample_gradients").count();
  slice.train_seconds = object.at("train_seconds").seconds();
  object.finish(kFormatVersion);
  return slice;
}

TaintedStage read_tainted_stage(const JsonField& field, std::uint64_t stage) {
  JsonObject object(field);
  TaintedStage tainted;
  tainted.slice = read_slice_record(object.at("slice"), stage);
  tainted.offsets = object.at("offsets").list(read_offset);
  tainted.tainted_by = read_batches(object.at("tainted_by"));
  object.finish(kFormatVersion);
  return tainted;
}

/// `stages`: how many exact ones come before.
Approximation read_approximation(const JsonField& field, std::uint64_t stages) {
  JsonObject object(field);
  Approximation approximation;
  const JsonField method = object.at("method");
  approximation.method = method.text();
  if (approximation.method.empty()) throw method.wrong("the SPEC of a method");
  const JsonField guarantee = object.at("guarantee");
  approximation.guarantee = guarantee.text();
  if (std::ranges::find(kGuarantees, approximation.guarantee) == kGuarantees.end())
    throw guarantee.wrong("'none', 'heuristic' or 'certified'");
  approximation.batches = read_batches(object.at("batches"));
  approximation.tail =
      object.at("tail").list([&stages](const JsonField& stage) { return read_tainted_stage(stage, ++stages); });
  // A method without a trajectory leaves a gap before what is served.
  approximation.served = object.at("served").optional(
      [&](const JsonField& served) { return read_slice_record(served, stages + 1, approximation.tail.empty()); });
  approximation.sample_gradients = object.at("sample_gradients").count();
  approximation.forward_passes = object.at("forward_passes").count();
  approximation.hessian_vector_products = object.at("hessian_vector_products").count();
  approximation.seconds = object.at("seconds").seconds();
  const JsonField evidence = object.at("evidence");
  if (!evidence.is_null() && !evidence.json().is_object()) throw evidence.wrong("an object or null");
  if (!evidence.is_null()) approximation.evidence = evidence.json().dump();
  object.finish(kFormatVersion);
  return approximation;
}

ShardRecord read_record(const Json& document, const std::string& path, ShardId shard) {
  JsonObject object(JsonField(document, path));
  const JsonField format = object.at("format");
  if (format.text() != kRecordFormat) throw format.wrong(fmt::format("'{}'", kRecordFormat));
  const std::uint64_t version = object.at("format_version").count();
  if (version < kOldestVersion || version > kFormatVersion)
    throw Failure(fmt::format("{}: format_version is {}, and this program reads versions {} and {}{}", path, version,
                              kOldestVersion, kFormatVersion,
                              version > kFormatVersion ? ": use the newer release that wrote it" : ""));
  const JsonField number = object.at("shard");
  if (number.count() != shard.value()) throw number.wrong(fmt::format("{}, as its folder says", shard.value()));
  ShardRecord record;
  record.shard = shard;
  record.generation = object.at("generation").count();
  record.respects = object.at("respects").count();
  std::uint64_t stages = 0;
  record.slices =
      object.at("slices").list([&stages](const JsonField& slice) { return read_slice_record(slice, ++stages); });
  if (version > kOldestVersion)
    record.approximation = object.at("approximation").optional([&](const JsonField& approximation) {
      return read_approximation(approximation, stages);
    });
  object.finish(version);
  return record;
}

// ---- writing: what the reader would refuse must not be written

/// Writes one record, stage after stage. One is written after each stage: of hundreds, building and throwing away a
/// tree of their fields would take as long as training one.
class RecordWriter {
 public:
  explicit RecordWriter(ShardId shard) : shard_(shard) {}

  std::string text(const ShardRecord& record) {
    json_.begin_object().field("format", kRecordFormat).field("format_version", kFormatVersion).field("shard", shard_);
    json_.field("generation", record.generation).field("respects", record.respects);
    json_.name("slices").list(record.slices, [this](const SliceRecord& slice) { write_next(slice); });
    json_.name("approximation");
    if (record.approximation)
      write(*record.approximation);
    else
      json_.value(nullptr);
    return json_.end_object().take() + "\n";
  }

 private:
  /// The error of a record that no reader would take.
  [[nodiscard]] Bug contradiction(const std::string& what) const {
    return Bug(fmt::format("shard {} can't record {}", shard_.value(), what));
  }

  void write_fields(const StoredFile& file) {
    if (!is_plain_name(file.name)) throw contradiction(fmt::format("a file called '{}'", file.name));
    json_.field("file", file.name).field("digest", file.digest).field("bytes", file.bytes);
  }

  void write_seconds(std::string_view name, double seconds) {
    if (!std::isfinite(seconds) || seconds < 0) throw contradiction(fmt::format("{} seconds", seconds));
    json_.field(name, seconds);
  }

  void write_batches(std::string_view name, const std::vector<std::uint64_t>& batches) {
    if (batches.empty() || batches.front() == 0 ||
        std::ranges::adjacent_find(batches, std::greater_equal{}) != batches.end())
      throw contradiction(fmt::format("the batches [{}]", fmt::join(batches, ", ")));
    json_.field(name, batches);
  }

  /// The stage that follows on those written before, at once or, with `gap`, after some that are left out.
  void write_next(const SliceRecord& slice, bool gap = false) {
    const std::uint64_t stage = slice.stage.value();
    if (gap ? stage <= stages_ : stage != stages_ + 1)
      throw contradiction(fmt::format("stage {} after {} others", stage, stages_));
    ++stages_;
    json_.begin_object().field("stage", stage).field("samples", slice.samples);
    write_fields(slice.file);
    json_.field("model_digest", slice.model).field("live_root", slice.live_root);
    json_.field("sample_gradients", slice.sample_gradients);
    write_seconds("train_seconds", slice.train_seconds);
    json_.end_object();
  }

  void write(const TaintedStage& stage) {
    json_.begin_object().name("slice");
    write_next(stage.slice);
    json_.name("offsets").list(stage.offsets, [this](const StoredFile& offset) {
      json_.begin_object();
      write_fields(offset);
      json_.end_object();
    });
    write_batches("tainted_by", stage.tainted_by);
    json_.end_object();
  }

  void write(const Approximation& approximation) {
    if (approximation.method.empty() || std::ranges::find(kGuarantees, approximation.guarantee) == kGuarantees.end())
      throw contradiction(fmt::format("an approximation by '{}' with the guarantee '{}'", approximation.method,
                                      approximation.guarantee));
    json_.begin_object().field("method", approximation.method).field("guarantee", approximation.guarantee);
    write_batches("batches", approximation.batches);
    json_.name("tail").list(approximation.tail, [this](const TaintedStage& stage) { write(stage); });
    json_.name("served");
    if (approximation.served)
      write_next(*approximation.served, approximation.tail.empty());
    else
      json_.value(nullptr);
    json_.field("sample_gradients", approximation.sample_gradients);
    json_.field("forward_passes", approximation.forward_passes);
    json_.field("hessian_vector_products", approximation.hessian_vector_products);
    write_seconds("seconds", approximation.seconds);
    Json evidence;
    if (!approximation.evidence.empty()) evidence = Json::parse(approximation.evidence, nullptr, false);
    if (!evidence.is_null() && !evidence.is_object()) throw contradiction("evidence that is no JSON object");
    json_.name("evidence").document(evidence).end_object();
  }

  ShardId shard_;
  JsonWriter json_{JsonWriter::Layout::kIndented};
  std::uint64_t stages_ = 0;  ///< written so far
};

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
  const std::string text = RecordWriter(record.shard).text(record);
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
