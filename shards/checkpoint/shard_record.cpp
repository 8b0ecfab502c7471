// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/checkpoint/shard_record.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>

#include <nlohmann/json.hpp>

#include "framework/core/error.hpp"

namespace expunge {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kFormat = "expunge-shard";
constexpr std::uint64_t kFormatVersion = 2;

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

  void check_names(std::initializer_list<std::string_view> expected) const {
    for (const auto name : expected)
      if (!object_.contains(name)) throw Failure(fmt::format("{}: the field '{}' is missing", place_, name));
    for (const auto& [name, value] : object_.items())
      if (std::ranges::find(expected, name) == expected.end())
        throw Failure(
            fmt::format("{}: the field '{}' does not belong in format version {}", place_, name, kFormatVersion));
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

SliceRecord read_slice_record(const Json& object, const std::string& place, std::uint64_t stage) {
  const Fields fields(object, place);
  fields.check_names({"stage", "samples", "file", "digest", "bytes", "model_digest", "live_root", "sample_gradients",
                      "train_seconds"});
  if (fields.count("stage") != stage)
    throw fields.wrong("stage", fmt::format("{}: stages go up from 1 without gaps", stage));
  SliceRecord slice;
  slice.stage = SliceId(static_cast<std::uint32_t>(stage));
  slice.samples = fields.count("samples");
  slice.file.name = fields.text("file");
  if (!is_plain_name(slice.file.name)) throw fields.wrong("file", "the plain name of a file in this folder");
  slice.file.digest = fields.digest("digest");
  slice.file.bytes = fields.count("bytes");
  slice.model = fields.digest("model_digest");
  slice.live_root = fields.digest("live_root");
  slice.sample_gradients = fields.count("sample_gradients");
  slice.train_seconds = fields.seconds("train_seconds");
  return slice;
}

ShardRecord read_record(const Json& document, const std::string& path, ShardId shard) {
  const Fields fields(document, path);
  if (fields.text("format") != kFormat) throw fields.wrong("format", fmt::format("'{}'", kFormat));
  const std::uint64_t version = fields.count("format_version");
  if (version != kFormatVersion)
    throw Failure(fmt::format("{}: format_version is {}, and this program reads version {}{}", path, version,
                              kFormatVersion, version > kFormatVersion ? ": use the newer release that wrote it" : ""));
  fields.check_names({"format", "format_version", "shard", "generation", "respects", "slices"});
  if (fields.count("shard") != shard.value())
    throw fields.wrong("shard", fmt::format("{}, as its folder says", shard.value()));
  ShardRecord record;
  record.shard = shard;
  record.generation = fields.count("generation");
  record.respects = fields.count("respects");
  const Json& slices = fields.at("slices");
  if (!slices.is_array()) throw fields.wrong("slices", "a list");
  for (std::size_t i = 0; i < slices.size(); ++i)
    record.slices.push_back(read_slice_record(slices[i], fmt::format("{}: slices[{}]", path, i), i + 1));
  return record;
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
  Json slices = Json::array();
  for (const auto& slice : record.slices) {
    if (slice.stage.value() != slices.size() + 1 || !is_plain_name(slice.file.name))
      throw Bug(fmt::format("shard {} can't record stage {} ('{}') after {} others", record.shard.value(),
                            slice.stage.value(), slice.file.name, slices.size()));
    slices.push_back({{"stage", slice.stage.value()},
                      {"samples", slice.samples},
                      {"file", slice.file.name},
                      {"digest", slice.file.digest.hex()},
                      {"bytes", slice.file.bytes},
                      {"model_digest", slice.model.hex()},
                      {"live_root", slice.live_root.hex()},
                      {"sample_gradients", slice.sample_gradients},
                      {"train_seconds", slice.train_seconds}});
    if (!std::isfinite(slice.train_seconds) || slice.train_seconds < 0)
      throw Bug(fmt::format("shard {} can't record {} seconds", record.shard.value(), slice.train_seconds));
  }
  const Json document{{"format", kFormat},
                      {"format_version", kFormatVersion},
                      {"shard", record.shard.value()},
                      {"generation", record.generation},
                      {"respects", record.respects},
                      {"slices", std::move(slices)}};
  files.make_directory(shard_folder(run, record.shard));
  publish(files, record_path(run, record.shard, generation), bytes_of(document.dump(2) + "\n"));
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
